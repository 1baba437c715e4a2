"""Question: a question with feedback, live in a notebook, and as text with a folded answer where no kernel runs."""

import html
import math

import ipywidgets

from bnlib.live.cells import replace_earlier_run

from .bank import load_questions


def feedback(table, answer):
    """Whether an answer is right, and the sentence for it. answer: the text of a choice, or a number."""
    if "choices" in table:
        choices = {choice["text"]: choice for choice in table["choices"]}
        if answer not in choices:
            raise ValueError(f"answer must be one of {list(choices)}, but it is {answer!r}")
        return choices[answer].get("right", False), choices[answer]["says"]
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        raise ValueError(f"answer must be a number, but it is {answer!r}")

    def near(value):
        return abs(answer - value) <= table["tolerance"]

    if near(table["answer"]):
        return True, table["says"]
    slips = [slip for slip in table.get("slips", []) if near(slip["value"])]
    nearest = min(slips, key=lambda slip: abs(answer - slip["value"]), default={"says": table["otherwise"]})
    return False, nearest["says"]


class Question:
    """The question of this name in data/questions. Nothing of an answer is stored or sent.

    As the last value of a cell it is shown: choose, or type a number and press Enter.
    """

    def __init__(self, name):
        questions = load_questions()
        if name not in questions:
            raise ValueError(f"there is no question {name!r} in data/questions; there are {', '.join(questions)}")
        self.name, self.table = name, questions[name]
        asked = ipywidgets.HTMLMath(f"<b>{html.escape(self.table['question'])}</b>")
        self.said = ipywidgets.HTMLMath(layout={"margin": "0 8px", "min_height": "3em"})
        if "choices" in self.table:
            texts = [choice["text"] for choice in self.table["choices"]]
            self.control = ipywidgets.RadioButtons(
                options=texts, index=None, layout={"width": "max-content", "padding": "4px 0 0 4px"}
            )
        else:
            self.control = ipywidgets.Text(placeholder="a number, then Enter", continuous_update=False)
        self.control.observe(lambda change: self.chosen(change["new"]), "value")
        self.widget = ipywidgets.VBox([asked, self.control, self.said], layout={"max_width": "900px"})
        replace_earlier_run(self)

    def chosen(self, answer):
        """What was chosen or typed in the page."""
        if "answer" in self.table:
            try:
                answer = float(answer.replace(",", ".").replace("−", "-"))
            except ValueError:
                answer = math.nan
            if not math.isfinite(answer):
                self.said.value = "Type a number, such as 0.5, and press Enter."
                return
        self.answer(answer)

    def answer(self, answer):
        """Show what an answer means; returns the sentence. ValueError for what is no answer."""
        right, says = feedback(self.table, answer)
        self.said.value = f"<b>{'Yes.' if right else 'Not quite.'}</b> {html.escape(says)}"
        return says

    def close(self):
        for widget in (*self.widget.children, self.widget):
            widget.unobserve_all()
            widget.close()

    def text(self):
        """The question in Markdown, with its answer folded away."""
        lines = [f"**{self.table['question']}**", ""]
        if "choices" in self.table:
            lines += [f"- {choice['text']}" for choice in self.table["choices"]]
            right = next(choice for choice in self.table["choices"] if choice.get("right"))
            answer = f"**{right['text']}** {right['says']}"
        else:
            answer = f"**{self.table['answer']:g}** {self.table['says']}"
        return "\n".join([*lines, "", f"<details><summary>Answer</summary>\n\n{answer}\n\n</details>"])

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.widget._repr_mimebundle_() | {"text/markdown": self.text(), "text/plain": self.table["question"]}
