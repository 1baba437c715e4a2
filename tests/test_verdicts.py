"""One court: data/verdicts.csv, and whatever a lesson calls right, right if, disputed or wrong."""

import csv
import re
from pathlib import Path

import pytest
from test_notebooks import LESSONS, ROOT, START, anchors, every_lesson, text_of

from bnlib.datasets.verdicts import WORDS, load_verdicts

CLAIMS = load_verdicts()
COURT = ROOT / "notebooks" / "09_claims_on_trial.ipynb"
OTHERS = [path for path in LESSONS if path != COURT]
NOBODY = "often said"
BOX, VERDICT = "You may have read that", r"Verdict: (right if|right|disputed|wrong)\b"
with open(Path(__file__).parent / "sentences.csv", newline="", encoding="utf-8") as file:
    SENTENCES = list(csv.DictReader(file))


def trials():
    """Number -> text of each trial of lesson 9."""
    parts = re.split(r"^#{2,3} (?:(\d+)\. )?", text_of(COURT), flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True) if number}


def verdicts_of_boxes(path):
    """The verdict words behind each box of a lesson, in order."""
    return [re.findall(VERDICT, box) for box in text_of(path).split(BOX)[1:]]


# The table


def test_each_claim_has_a_name_of_its_own_and_one_of_the_four_words():
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)
    assert {claim.verdict for claim in CLAIMS} == set(WORDS)


def test_each_claim_is_settled_somewhere():
    for claim in CLAIMS:
        assert bool(claim.trial) != bool(claim.settled), claim.name
        if claim.settled:
            file, heading = claim.settled.split("#")
            assert heading.replace(" ", "-") in anchors(ROOT / "notebooks" / file), claim.settled


# The lessons


def test_each_trial_of_lesson_9_has_the_verdict_of_the_table():
    found = {number: re.findall(VERDICT, text) for number, text in trials().items()}
    assert found == {claim.trial: [claim.verdict] for claim in CLAIMS if claim.trial}
    assert sorted(found) == list(range(1, 37))


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_each_box_of_a_lesson_has_one_verdict_and_it_is_that_of_the_table(path):
    boxes = {f"{path.name[:2]}.{i}": words for i, words in enumerate(verdicts_of_boxes(path), start=1)}
    table = {box: [claim.verdict] for claim in CLAIMS for box in claim.boxes if box[:2] == path.name[:2]}
    assert boxes == table


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_the_word_verdict_stands_only_behind_a_box_and_before_one_of_the_four_words(path):
    assert "Verdict" not in text_of(path).split(BOX)[0]
    assert len(re.findall(r"\bVerdict", text_of(path))) == len(verdicts_of_boxes(path))


@every_lesson
def test_no_other_words_are_used_as_verdicts(path):
    loose = r"\*\*(Wrong|Too strong|Overstated|Not in general|Right(?! \w)|Right if|Disputed)\b[^*]*\*\*"
    assert not re.findall(loose, text_of(path))


def test_lesson_9_lists_what_the_other_lessons_have_settled():
    table = trials_free_section("Settled in other lessons")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| \[\d\. (.+?)\]\((\w+\.ipynb)#", table, re.MULTILINE)
    expected = [claim for claim in CLAIMS if claim.settled and not claim.source.startswith(NOBODY)]
    assert rows == [(c.claim, c.verdict, c.settled.split("#")[1], c.settled.split("#")[0]) for c in expected]


def trials_free_section(heading):
    return text_of(COURT).split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_count_in_words_is_that_of_the_table():
    wrong = [claim for claim in CLAIMS if claim.trial and claim.verdict == "wrong"]
    assert len(wrong) == 11 and "eleven of the 36 are wrong" in trials_free_section("The count")


def test_the_index_gives_the_verdicts_of_the_table():
    row = r"^\| … .+ \| \[9\. (\d+)\..+\) \| \w+ \| ([a-z ]+) \|$"
    rows = re.findall(row, text_of(START), re.MULTILINE)
    verdicts = {claim.trial: claim.verdict for claim in CLAIMS if claim.trial}
    assert len(rows) >= 6 and all(verdicts[int(trial)] == word for trial, word in rows)


# The five documents


def test_each_sentence_that_can_be_tested_belongs_to_a_claim_or_says_why_not():
    names = {claim.name for claim in CLAIMS}
    for sentence in SENTENCES:
        assert (sentence["claim"] in names) != bool(sentence["why_not"]), sentence


def test_each_claim_names_the_documents_that_make_it():
    for claim in CLAIMS:
        documents = {sentence["document"] for sentence in SENTENCES if sentence["claim"] == claim.name}
        assert documents == set(() if claim.source.startswith(NOBODY) else claim.source.split("; ")), claim.name
