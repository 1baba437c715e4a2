"""Settings of matplotlib in a context: those of matplotlib's own, and the reader's come back."""

import matplotlib
import matplotlib.style
import pytest

from bnlib.pictures import plots
from bnlib.pictures.settings import Settings


def now():
    return dict.copy(matplotlib.rcParams)


def expected(changed):
    with matplotlib.style.context(["default", changed]):
        return now()


@pytest.fixture
def reader():
    """A reader's own settings, which the test may change."""
    with matplotlib.rc_context({"lines.linewidth": 7, "font.size": 30, "timezone": "Asia/Tokyo"}):
        yield matplotlib.rcParams


def test_inside_they_are_those_of_matplotlib_s_own_context_and_afterwards_the_reader_s(reader):
    before = now()
    for _ in range(2):
        with plots.style():
            assert now() == expected(plots.STYLE) and reader["timezone"] == "Asia/Tokyo"
        assert now() == before


def test_what_the_reader_changes_in_between_is_kept(reader):
    style = Settings({"font.size": 11})
    for name, value in (("lines.linewidth", 5), ("timezone", "UTC"), ("timezone", "Asia/Tokyo"), ("font.size", 3)):
        reader[name] = value
        before = now()
        with style():
            assert now() == expected({"font.size": 11}) and reader["timezone"] == before["timezone"]
            reader["lines.linewidth"] = 1
        assert now() == before


def test_one_inside_another_and_an_error(reader):
    before, other = now(), Settings({"font.size": 5, "text.hinting": "no_hinting"})
    with pytest.raises(ZeroDivisionError), plots.style():
        with other():
            assert now() == expected({"font.size": 5, "text.hinting": "no_hinting"})
        with plots.style():
            assert now() == expected(plots.STYLE)
        assert now() == expected(plots.STYLE)
        _ = 1 / 0
    assert now() == before


def test_a_second_time_nothing_is_checked_again(reader, monkeypatch):
    style = Settings({"font.size": 11})
    with style(), style():
        pass
    monkeypatch.setattr(matplotlib.style, "context", None)
    with style(), style():
        assert reader["font.size"] == 11
