"""The repository's address stands in one line of pyproject.toml; the README follows it, and no other file names one."""

from pathlib import Path

import pytest
from address import README, named, owner_and_name, rewritten

ROOT = Path(__file__).resolve().parents[1]
CITED = [("ducha-aiki", "caffenet-benchmark")]  # works of others that a lesson names
FOLDERS = ".github", ".ci", "bnlib", "data", "notebooks", "site", "tools"
KINDS = ".cff", ".css", ".csv", ".ipynb", ".js", ".json", ".md", ".mjs", ".py", ".toml", ".txt", ".yml"
FILES = [path for path in ROOT.iterdir() if path.suffix in (*KINDS, "") and path.is_file()]
FILES += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in KINDS]


def test_the_readme_follows_the_line_of_pyproject():
    addresses = named(README.read_text())
    assert len(addresses) == 5, "the site, its explorers and its wheel, Binder, the download"
    assert set(addresses) == {owner_and_name()}, "make address"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_other_file_names_an_address(path):
    addresses = [found for found in named(path.read_text(errors="replace")) if found not in CITED]
    once = {"pyproject.toml": [owner_and_name()], "address.py": [("OWNER", "NAME")] * 3}
    if path != README:
        assert addresses == once.get(path.name, [])


def test_a_new_home_is_written_into_every_address_and_nothing_else_changes():
    text = README.read_text()
    moved = rewritten(text, "some-one", "batch.norm")
    assert set(named(moved)) == {("some-one", "batch.norm")}
    assert rewritten(moved, *owner_and_name()) == text
    assert moved.count("batch.norm") == len(named(text))
