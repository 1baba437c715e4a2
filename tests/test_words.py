"""The words of every explorer's picture, in every state of its menus and buttons, are those of words.txt.

A change of wording, colour or style shows there as a diff to read. To store it:  python tests/test_words.py
"""

import difflib
from pathlib import Path

import pytest

from bnlib.explorers import EXPLORERS
from bnlib.pictures.words import words

STORED = Path(__file__).with_name("words.txt")


def words_of(explorer):
    return [line for drawing in explorer.drawings.values() for line in words(drawing.figure)]


def sections(name):
    """Headings and lines: the words of the explorer as it opens, and of each option that changes them, the changes."""
    explorer = EXPLORERS[name]()
    first = words_of(explorer)
    found = {name: first}
    for control, widget in explorer.controls.items():
        for option in getattr(widget, "options", ()):
            if option != explorer.defaults[control]:
                explorer.reset()
                explorer.set(**{control: option})
                if changes := [line for line in difflib.ndiff(first, words_of(explorer)) if line[0] in "-+"]:
                    found[f"{name}, {control}: {option}"] = changes
    explorer.close()
    return found


def written(found):
    return "\n".join(f"[{heading}]\n" + "".join(f"{line}\n" for line in lines) for heading, lines in found.items())


def stored():
    parts = [part.splitlines() for part in STORED.read_text(encoding="utf-8").split("\n\n")]
    return {heading.strip("[]"): lines for heading, *lines in parts}


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_words_of_an_explorer_are_those_stored(name):
    expected = {heading: lines for heading, lines in stored().items() if heading.split(",")[0] == name}
    differences = [*difflib.unified_diff(written(expected).splitlines(), written(sections(name)).splitlines(), n=0)]
    assert not differences, "python tests/test_words.py stores what is meant:\n" + "\n".join(differences[2:])


def test_no_words_are_stored_of_an_explorer_that_is_gone():
    assert {heading.split(",")[0] for heading in stored()} == set(EXPLORERS)


def test_the_stored_words_can_be_read_in_a_diff():
    lines = STORED.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 300 and max(map(len, lines)) <= 100


if __name__ == "__main__":
    STORED.write_text("\n".join(written(sections(name)) for name in EXPLORERS), encoding="utf-8")
