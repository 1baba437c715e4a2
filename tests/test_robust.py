"""The referee tells claims that hold from those that hold at one setting."""

import subprocess
import sys
from pathlib import Path

import pytest
import robust
from nbformat import v4, write

PARAMETERS = "SEED, RATE, LENGTH = 0, 1.0, 1.0"
SETTINGS = [robust.OWN, *({"SEED": seed, "RATE": 1.0, "LENGTH": 1.0} for seed in range(1000, 7000, 1000))]
SETTINGS += [{"SEED": 0, "RATE": 0.5, "LENGTH": 1.0}, {"SEED": 1000, "RATE": 0.5, "LENGTH": 1.0}]


@pytest.fixture
def lesson(tmp_path):
    """Makes a notebook of the cells given, with a cell `parameters` before them or without."""

    def make(*sources, tag=True):
        cells = [v4.new_code_cell(source) for source in (PARAMETERS, *sources)]
        cells[0].metadata["tags"] = ["parameters"] if tag else []
        path = tmp_path / "01_small.ipynb"
        write(v4.new_notebook(cells=cells), path)
        return path

    return make


@pytest.fixture
def printed(capsys):
    """What the referee says about a lesson after all settings, and whether all is well."""

    def ask(path, settings=SETTINGS):
        claims, good = robust.report(path, settings, [robust.judge(path, setting) for setting in settings])
        return capsys.readouterr().out, claims, good

    return ask


def test_a_claim_that_always_holds_is_well(lesson, printed):
    text, claims, good = printed(lesson('assert SEED >= 0, "seeds are not negative"'))
    assert "yes        8 of 8            seeds are not negative\n" in text and claims == 1 and good


def test_a_claim_that_holds_with_one_seed_only_is_not(lesson, printed):
    text, _, good = printed(lesson('assert SEED == 0, "the seed is 0"'))
    assert "! yes        1 of 8            the seed is 0 | fails at SEED 1000; SEED 2000;" in text and not good


def test_a_claim_that_depends_on_the_rate_is_named_with_the_settings_where_it_fails(lesson, printed):
    text, _, good = printed(lesson('lr = 0.1 * RATE\nassert lr > 0.07, "the rate is large"'))
    assert "6 of 8            the rate is large | fails at RATE 0.5; SEED 1000, RATE 0.5\n" in text and not good


def test_a_claim_that_fails_at_the_lessons_own_setting_is_not_well(lesson, printed):
    text, _, good = printed(lesson('assert SEED, "the seed is not 0"'), SETTINGS[:7])
    assert "! NO         6 of 6" in text and not good


def test_nine_of_ten_are_enough_and_eight_of_nine_are_not():
    assert robust.verdict([True, False] + 9 * [True])[0]
    assert not robust.verdict([True, False] + 8 * [True])[0]


def test_a_claim_may_be_left_out_where_its_condition_does_not_hold_but_not_almost_everywhere(lesson, printed):
    text, _, good = printed(lesson('if RATE == 1:\n    assert True, "at rate 0.1: it learns"'))
    assert "6 of 6            at rate 0.1: it learns\n" in text and good
    text, _, good = printed(lesson('if SEED == 0:\n    assert True, "it learns"'))
    assert "1 of 1 " in text and not good


def test_a_claim_in_a_loop_holds_when_it_holds_each_time(lesson, printed):
    _, _, good = printed(lesson('for k in range(3):\n    assert k + SEED < 3000, "small"'))
    assert not good
    _, _, good = printed(lesson('for k in range(3):\n    assert k < 3, "small"'))
    assert good


def test_an_assertion_without_a_message_is_no_claim_and_is_named_where_it_fails(lesson, printed):
    text, claims, good = printed(lesson('assert 1 + 1 == 2\nassert True, "a claim"'))
    assert claims == 1 and good and "identity" not in text
    text, claims, good = printed(lesson('assert SEED == 0\nassert True, "a claim"'))
    assert claims == 1 and not good and "identity: assert SEED == 0 | fails at SEED 1000" in text


def test_a_lesson_with_the_tag_and_without_a_claim_is_not_well(lesson, printed):
    text, _, good = printed(lesson("assert True"))
    assert not good and "no claim" in text


def test_statements_after_a_failed_assertion_and_after_an_error_still_run(lesson):
    cells = 'assert False, "first"\nx = 1\nassert x == 1, "second"', "y = undefined", 'assert x == 1, "third"'
    result = robust.judge(lesson(*cells), robust.OWN)
    assert list(result["held"].values()) == [False, True, True]
    assert result["raised"] == ["y = undefined: NameError: name 'undefined' is not defined"]


def test_a_statement_that_raises_is_reported_and_its_claims_do_not_hold(lesson, printed):
    text, _, good = printed(lesson('with open("absent"):\n    assert True, "read"', 'assert True, "other"'))
    assert "! NO         0 of 8            read" in text and not good
    assert "! could not run with open('absent'):: FileNotFoundError" in text and "at its own setting; SEED 1000" in text


def test_nothing_is_changed_in_a_lesson_without_the_tag(lesson, printed):
    path = lesson('assert SEED == 0, "the seed is 0"', tag=False)
    assert not robust.takes_part(path)
    assert all(robust.judge(path, setting)["held"] == {"1:1:0": True} for setting in SETTINGS)
    text, claims, good = printed(path, SETTINGS[:1])
    assert "yes        one setting only  the seed is 0" in text and claims == 1 and good


def test_magics_displays_and_explorers_do_no_harm_outside_a_notebook(lesson, printed):
    cell = '%matplotlib inline\nfrom ipywidgets import IntSlider\ndisplay(IntSlider())\nassert True, "shown"'
    text, _, good = printed(lesson(cell))
    assert good, text


def test_each_other_rate_and_length_is_tried_with_two_seeds():
    arguments = type("Arguments", (), {"roots": [1000, 2000], "rates": [0.5], "lengths": [2.0]})
    names = [robust.name(setting) for setting in robust.settings_of(arguments)]
    assert names == ["SEED 1000", "SEED 2000", "RATE 0.5", "SEED 1000, RATE 0.5", "LENGTH 2", "SEED 1000, LENGTH 2"]


def run(path, *options):
    command = [sys.executable, str(Path(robust.__file__)), path.name, *options]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True)


@pytest.mark.deep
def test_the_command_prints_the_table_and_fails_when_a_claim_does(lesson):
    options = ("--roots", *"123456", "--rates", "--lengths")
    well = run(lesson('print("noise")\nassert SEED < 9, "small seeds"'), *options)
    assert well.returncode == 0 and "6 of 6            small seeds" in well.stdout and "noise" not in well.stdout
    badly = run(lesson('assert SEED < 5, "small seeds"'), *options)
    assert badly.returncode == 1 and "fails at SEED 5; SEED 6" in badly.stdout


def test_a_lesson_whose_process_ends_is_reported(lesson):
    result = run(lesson('import os\nassert True, "early"', "os._exit(0)"), "--roots", "--rates", "--lengths")
    assert result.returncode == 1 and "could not run the whole lesson" in result.stdout
