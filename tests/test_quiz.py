"""Questions with feedback: every answer has its own sentence, and the stored form keeps the answer folded."""

import re

import pytest
from test_notebooks import PATHS, cells

from bnlib.datasets import files
from bnlib.quiz import Question, load_questions
from bnlib.quiz.question import feedback

QUESTIONS = load_questions()
CHOICES = {name: table for name, table in QUESTIONS.items() if "choices" in table}
NUMBERS = {name: table for name, table in QUESTIONS.items() if "answer" in table}
every_question = pytest.mark.parametrize("name", QUESTIONS)
ASKED = re.findall(r"Question\(\"(.+?)\"\)", "\n".join(cell.source for path in PATHS for cell in cells(path, "code")))


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_has_a_sentence_of_its_own(name):
    choices = CHOICES[name]["choices"]
    assert len(choices) >= 2
    assert len({choice["text"] for choice in choices}) == len({choice["says"] for choice in choices}) == len(choices)
    assert all(re.fullmatch(r"\S.*[.!?)]", choice["says"]) for choice in choices)


@pytest.mark.parametrize("name", CHOICES)
def test_exactly_the_right_choice_is_called_right(name):
    right = [choice["text"] for choice in CHOICES[name]["choices"] if feedback(CHOICES[name], choice["text"])[0]]
    assert right == [choice["text"] for choice in CHOICES[name]["choices"] if choice.get("right")]


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_right_within_its_tolerance_and_each_slip_has_its_own_sentence(name):
    table = NUMBERS[name]
    answer, tolerance = table["answer"], table["tolerance"]
    slips = table.get("slips", [])
    assert (
        feedback(table, answer + 0.9 * tolerance) == feedback(table, answer - 0.9 * tolerance) == (True, table["says"])
    )
    assert not feedback(table, answer + 1.1 * tolerance)[0]
    for slip in slips:
        assert feedback(table, slip["value"]) == (False, slip["says"])
    assert len({table["says"], table["otherwise"], *(slip["says"] for slip in slips)}) == 2 + len(slips)


@every_question
def test_a_question_is_asked_in_a_notebook(name):
    assert name in ASKED


@every_question
def test_the_stored_form_shows_the_question_and_folds_every_sentence_of_the_answer(name):
    table = QUESTIONS[name]
    text = Question(name).text()
    open_text = re.sub(r"<details>.*</details>", "", text, flags=re.DOTALL)
    assert table["question"] in open_text
    says = [choice["says"] for choice in table.get("choices", [])] or [table["says"]]
    assert not any(sentence in open_text for sentence in says)


def test_what_is_chosen_in_the_page_is_answered_there():
    question = Question("who moves")
    assert question.said.value == ""
    question.control.value = "all five"
    assert question.said.value.startswith("<b>Yes.</b> μ and σ")
    question.control.value = "none: they are normalized"
    assert question.said.value.startswith("<b>Not quite.</b> Their mean stays")


@pytest.mark.parametrize(
    ("typed", "start"), [("4", "<b>Yes.</b>"), ("4,0", "<b>Yes.</b>"), ("16", "<b>Not quite.</b> That is")]
)
def test_a_number_may_be_typed_with_a_point_or_a_comma(typed, start):
    question = Question("sigma of five")
    question.control.value = typed
    assert question.said.value.startswith(start)


@pytest.mark.parametrize("typed", ["four", "nan", "inf", " "])
def test_what_is_no_number_is_asked_for_again(typed):
    question = Question("sigma of five")
    question.control.value = typed
    assert question.said.value == "Type a number, such as 0.5, and press Enter."


@pytest.mark.parametrize(("name", "answer"), [("who moves", "five"), ("sigma of five", "4"), ("sigma of five", True)])
def test_an_answer_that_is_none_is_refused(name, answer):
    with pytest.raises(ValueError, match="answer must be"):
        Question(name).answer(answer)


def test_an_unknown_name_is_answered_with_the_names_there_are():
    with pytest.raises(ValueError, match="there is no question 'sigma'.*who moves, sigma of five"):
        Question("sigma")


GOOD = (
    '[one]\nquestion = "?"\n[[one.choices]]\ntext = "a"\nsays = "A."\n{right}[[one.choices]]\ntext = "b"\nsays = "B."\n'
)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([GOOD.format(right="")], "must have one choice with right = true"),
        ([GOOD.format(right="right = true\n")] * 2, "another question named 'one'"),
        (['[one]\nquestion = "?"\n'], "must have"),
    ],
)
def test_a_bad_file_of_questions_is_refused(texts, message, tmp_path, monkeypatch):
    (tmp_path / "questions").mkdir()
    for index, text in enumerate(texts):
        (tmp_path / "questions" / f"{index}.toml").write_text(text)
    monkeypatch.setattr(files, "usual_places", lambda: [tmp_path])
    with pytest.raises(ValueError, match=message):
        load_questions()


def test_questions_that_are_not_found_are_reported_with_the_cure(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "usual_places", lambda: [tmp_path])
    with pytest.raises(FileNotFoundError, match="git restore data"):
        load_questions()


def test_a_question_is_closed_when_its_cell_runs_again():
    question = Question("who moves")
    question.close()
    assert question.widget.comm is None
