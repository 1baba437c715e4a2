"""The questions of data/questions/: one TOML file a notebook, each question a table with its name.

A question of choices has `question` and `choices`, each with `text` and `says`, one of them with `right = true`. A
question for a number has `question`, `answer`, `tolerance`, `says` (if right), `otherwise`, and may have `slips`:
wrong values that have a reason, each with `value` and `says`.
"""

import functools
import tomllib

from bnlib.datasets import files

FOLDER = "questions"
CHOICES, NUMBER = {"question", "choices"}, {"question", "answer", "tolerance", "says", "otherwise"}


def load_questions():
    """All questions, a dict: name -> table. FileNotFoundError where no place has them, ValueError for a bad one."""
    return read(files.find(FOLDER))


@functools.cache  # a notebook asks for a dozen, each by its name
def read(folder):
    questions = {}
    for path in sorted(folder.glob("*.toml")):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name in questions:
                raise ValueError(f"{path.name}: there is another question named {name!r}")
            questions[name] = checked(name, table)
    return questions


def checked(name, table):
    if set(table) - {"slips"} not in (CHOICES, NUMBER):
        raise ValueError(
            f"question {name!r} must have {sorted(CHOICES)} or {sorted(NUMBER)}, but it has {sorted(table)}"
        )
    if "choices" in table and [choice.get("right", False) for choice in table["choices"]].count(True) != 1:
        raise ValueError(f"question {name!r} must have one choice with right = true")
    return table
