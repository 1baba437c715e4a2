"""One court: data/verdicts.csv, and whatever a lesson calls right, right if, disputed or wrong."""

import ast
import csv
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from test_notebooks import FOLDER, LESSONS, PATHS, anchors, every_lesson, read, text_of

from bnlib.datasets.verdicts import WORDS, load_verdicts

CLAIMS = load_verdicts()
COURT = FOLDER / "deeper" / "claims_on_trial.ipynb"
OTHERS = [path for path in LESSONS if path != COURT]
WAYS_IN = [path for path in PATHS if path not in LESSONS]
NOBODY = "often said"
BOX, VERDICT = "You may have read that", r"Verdict: (right if|right|disputed|wrong)\b"
HEADING = re.compile(r"^#{2,3} (?:(\d+)\. )?(.+)\n", re.MULTILINE)
SAY = re.compile(r"\*\*\*Say:\*\*\* (.+)\.$", re.MULTILINE)
with open(Path(__file__).parent / "sentences.csv", newline="", encoding="utf-8") as file:
    SENTENCES = list(csv.DictReader(file))


def trials():
    """Number -> heading and text of each trial of claims_on_trial."""
    _, *parts = HEADING.split(text_of(COURT))
    found = [(int(number), words, text) for number, words, text in zip(*[iter(parts)] * 3, strict=True) if number]
    assert len({number for number, *_ in found}) == len(found)
    return {number: (words, text) for number, words, text in found}


def code_of_trials():
    """Number -> the code cells of each trial."""
    found, number = {}, None
    for cell in read(COURT).cells:
        if cell.cell_type == "code":
            found.setdefault(number, []).append(cell.source)
        elif headings := HEADING.findall(cell.source + "\n"):
            number = int(headings[-1][0] or 0)
    return {number: sources for number, sources in found.items() if number}


def name_of(path):
    """The name of a notebook, as in the column `boxes`: without its number."""
    return re.sub(r"^\d+_", "", path.stem)


def verdicts_of_boxes(path):
    """The verdict words behind each box of a lesson, in order."""
    return [re.findall(VERDICT, box) for box in text_of(path).split(BOX)[1:]]


def section(heading):
    return text_of(COURT).split(f"\n## {heading}\n")[1].split("\n## ")[0]


# The table


def test_each_claim_has_a_name_of_its_own_and_one_of_the_four_words():
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)
    assert {claim.verdict for claim in CLAIMS} == set(WORDS)


def test_each_claim_is_settled_somewhere():
    for claim in CLAIMS:
        assert bool(claim.trial) != bool(claim.settled), claim.name
        if claim.settled:
            file, heading = claim.settled.split("#")
            assert heading.replace(" ", "-") in anchors(FOLDER / file), claim.settled


def test_each_box_of_the_table_is_one_of_a_notebook_and_stands_there_once():
    boxes = [box for claim in CLAIMS for box in claim.boxes]
    assert len(set(boxes)) == len(boxes)
    assert {box.rpartition(".")[0] for box in boxes} <= {name_of(path) for path in OTHERS}


# The trials


def test_each_trial_has_the_verdict_of_the_table():
    found = {number: re.findall(VERDICT, text) for number, (_, text) in trials().items()}
    assert found == {claim.trial: [claim.verdict] for claim in CLAIMS if claim.trial}
    assert sorted(found) == list(range(1, 37))


def test_the_heading_of_a_trial_is_plain_so_that_links_jump_to_it():
    for number, (heading, _) in trials().items():
        assert re.fullmatch(r"[A-Za-z0-9 ]+", heading), number


def test_each_trial_quotes_its_claim_first_and_says_one_sentence_instead():
    for number, (_, text) in trials().items():
        assert re.match(r"\n> .*\w.*\n\n", text), number
        assert len(re.findall("^>", text, re.MULTILINE)) == len(SAY.findall(text)) == 1, number
        assert text.count("Say:") == 1, number


def test_each_trial_has_a_cell_that_asserts():
    cells = code_of_trials()
    assert sorted(cells) == list(range(1, 37))
    for number, sources in cells.items():
        nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
        assert any(isinstance(node, ast.Assert) for node in nodes), number


def test_the_table_at_the_top_has_heading_verdict_and_sentence_of_each_trial():
    row = r"^\| \[(\d+)\. (.+?)\]\(#(.+?)\) \| ([a-z ]+) \| ([^|]+) \|$"
    rows = re.findall(row, section("All verdicts"), re.MULTILINE)
    assert rows == [
        (
            str(number),
            heading,
            f"{number}. {heading}".replace(" ", "-"),
            *re.findall(VERDICT, text),
            *SAY.findall(text),
        )
        for number, (heading, text) in trials().items()
    ]


def test_it_lists_what_the_other_lessons_have_settled():
    row = r"^\| (.+?) \| (.+?) \| \[.+?\]\(([\w./]+)#(\S+)\) \|$"
    rows = [
        (claim, verdict, (COURT.parent / file).resolve(), unquote(anchor))
        for claim, verdict, file, anchor in re.findall(row, section("Settled in other lessons"), re.MULTILINE)
    ]
    expected = [claim for claim in CLAIMS if claim.settled and not claim.source.startswith(NOBODY)]
    targets = [claim.settled.replace(" ", "-").split("#") for claim in expected]
    assert rows == [
        (claim.claim, claim.verdict, FOLDER / file, anchor)
        for claim, (file, anchor) in zip(expected, targets, strict=True)
    ]


def test_the_counts_in_words_are_those_of_the_table():
    verdicts = [claim.verdict for claim in CLAIMS if claim.trial]
    assert verdicts.count("wrong") == 11 and "eleven of the 36 are wrong" in section("All verdicts")
    assert verdicts.count("right if") == 18 and "half are right under a condition" in section("All verdicts")


# The other notebooks


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_each_box_of_a_lesson_has_one_verdict_and_it_is_that_of_the_table(path):
    boxes = {f"{name_of(path)}.{i}": words for i, words in enumerate(verdicts_of_boxes(path), start=1)}
    table = {box: claim.verdict for claim in CLAIMS for box in claim.boxes}
    assert boxes == {box: [word] for box, word in table.items() if box.rpartition(".")[0] == name_of(path)}


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_the_word_verdict_stands_only_behind_a_box_and_before_one_of_the_four_words(path):
    assert "Verdict" not in text_of(path).split(BOX)[0]
    assert len(re.findall(r"\bVerdict", text_of(path))) == len(verdicts_of_boxes(path))


@every_lesson
def test_no_other_words_are_used_as_verdicts(path):
    loose = r"\*\*(Wrong|Too strong|Overstated|Not in general|Right(?! \w)|Right if|Disputed)\b[^*]*\*\*"
    assert not re.findall(loose, text_of(path))


def test_the_index_gives_the_verdicts_of_the_table():
    row = r"^- \[.+\]\([\w./]*claims_on_trial\.ipynb#(\d+)\.\S*\): ([a-z ]+)$"
    texts = [text_of(path) for path in WAYS_IN]
    rows = [found for text in texts for found in re.findall(row, text, re.MULTILINE)]
    verdicts = {claim.trial: claim.verdict for claim in CLAIMS if claim.trial}
    assert len(rows) == sum(len(re.findall(r"claims_on_trial\.ipynb#\d", text)) for text in texts) >= 6
    assert all(verdicts[int(trial)] == word for trial, word in rows)


# The five documents


def test_each_sentence_that_can_be_tested_belongs_to_a_claim_or_says_why_not():
    names = {claim.name for claim in CLAIMS}
    for sentence in SENTENCES:
        assert (sentence["claim"] in names) != bool(sentence["why_not"]), sentence


def test_each_claim_names_the_documents_that_make_it():
    for claim in CLAIMS:
        documents = {sentence["document"] for sentence in SENTENCES if sentence["claim"] == claim.name}
        assert documents == set(() if claim.source.startswith(NOBODY) else claim.source.split("; ")), claim.name
