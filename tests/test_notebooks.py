"""What must hold of every notebook as it is stored; no cell runs here."""

import ast
import functools
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbval.plugin import comment_markers, metadata_tags

from bnlib.explorers import EXPLORERS

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
PATHS = sorted(FOLDER.rglob("*.ipynb"))
START = FOLDER / "00_start_here.ipynb"
CORE = sorted(FOLDER.glob("0[1-9]_*.ipynb"))
DEEPER = sorted((FOLDER / "deeper").glob("*.ipynb"))
LESSONS = CORE + DEEPER
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
every_core_lesson = pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
every_deeper_lesson = pytest.mark.parametrize("path", DEEPER, ids=lambda path: path.stem)


@functools.cache
def read(path):
    return nbformat.read(path, as_version=4)


def cells(path, kind=None):
    return [cell for cell in read(path).cells if kind in (None, cell.cell_type)]


def text_of(path):
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell.outputs]


def output_texts(output):
    return (
        [output["text"]]
        if output.output_type == "stream"
        else [data for kind, data in output.get("data", {}).items() if kind.startswith("text/")]
    )


# Nothing slips past the comparison of outputs.


@every_notebook
def test_every_code_cell_was_run_in_order(path):
    counts = [cell.execution_count for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebooks`"


@every_notebook
def test_no_cell_is_tagged_out_of_comparison(path):
    for cell in cells(path, "code"):
        assert not set(cell.metadata.get("tags", [])) & set(metadata_tags), cell.source
        comments = {line.strip().lstrip("#").strip() for line in cell.source.splitlines() if line.strip()[:1] == "#"}
        assert not comments & set(comment_markers), cell.source


@every_notebook
def test_no_error_and_no_warning_is_stored(path):
    for output in outputs(path):
        assert output.output_type != "error", output
        assert output.get("name") != "stderr", output
        assert not any("Warning:" in text for text in output_texts(output)), output


@every_notebook
def test_what_differs_between_runs_and_machines_is_not_stored(path):
    notebook = nbformat.read(path, as_version=4)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert "version" not in notebook.metadata.language_info
    assert not any("execution" in cell.metadata for cell in notebook.cells)
    for output in outputs(path):
        assert LIVE_VIEW not in output.get("data", {})
        assert not any(re.search(r"\bat 0x[0-9a-f]+|VBox\(|Figure\(", text) for text in output_texts(output)), output


@every_notebook
def test_every_stored_picture_has_an_alternative_text(path):
    for output in outputs(path):
        if "image/png" in output.get("data", {}):
            assert output.metadata["image/png"]["alt"].strip() == output.data["text/plain"].strip()


@every_notebook
def test_cells_print_numbers_rather_than_true(path):
    for output in outputs(path):
        for text in output_texts(output):
            assert not re.search(r"^\W*(True|False)\W*$", text, re.MULTILINE), text


# The anatomy of a notebook.


@every_notebook
def test_no_code_cell_is_longer_than_25_lines(path):
    for cell in cells(path, "code"):
        assert len(cell.source.splitlines()) <= 25, cell.source


@every_notebook
def test_there_are_at_least_as_many_text_cells_as_open_code_cells(path):
    code = [c for c in cells(path, "code") if not is_folded(c) and not shows(c, *EXPLORER_NAMES, "Question")]
    assert len(cells(path, "markdown")) >= len(code)


def is_folded(cell):
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


@every_notebook
def test_folded_are_the_cells_that_say_in_their_first_line_what_they_measure_or_draw(path):
    for cell in cells(path, "code"):
        says = bool(re.match(r"# (Sets up|Measures|Draws): \S", cell.source))
        assert [says] * 2 == [is_folded(cell), "hide-input" in cell.metadata.get("tags", [])], cell.source


def shows(cell, *names):
    """Whether a cell ends with a call of one of these classes: then it runs without the cells above."""
    value = getattr(ast.parse(cell.source).body[-1], "value", None)
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in names


def imports(cell):
    return [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Import | ast.ImportFrom)]


@every_notebook
def test_imports_name_what_they_import_and_leave_pyplot_alone(path):
    for node in [node for cell in cells(path, "code") for node in imports(cell)]:
        names = [f"{getattr(node, 'module', '')}.{alias.name}" for alias in node.names]
        assert not any(name.endswith(".*") or "pyplot" in name for name in names), ast.unparse(node)


EXPLORER_NAMES = [explorer.__name__ for explorer in EXPLORERS.values()]


def explorer_cells(path):
    return [cell for cell in cells(path, "code") if shows(cell, *EXPLORER_NAMES)]


@every_notebook
def test_imports_stand_in_the_first_cell_that_sets_up_and_where_a_cell_runs_alone(path):
    others = [cell for cell in cells(path, "code") if not shows(cell, *EXPLORER_NAMES, "Question")]
    assert not [ast.unparse(node) for cell in others[1:] for node in imports(cell)]


@pytest.mark.parametrize("source", sorted({cell.source for path in PATHS for cell in explorer_cells(path)}))
def test_every_explorer_cell_runs_alone(source):
    *before, shown = ast.parse(source).body
    namespace = {}
    exec(compile(ast.Module(before, []), "<cell>", "exec"), namespace)
    explorer = eval(ast.unparse(shown), namespace)
    assert explorer.caption
    explorer.close()


@every_notebook
def test_every_answer_has_the_blank_lines_that_let_markdown_be_rendered(path):
    for cell in cells(path, "markdown"):
        opened = len(re.findall(r"<details>", cell.source))
        assert opened == len(re.findall(r"</summary>\n\n", cell.source)) == len(re.findall(r"</summary>", cell.source))
        assert opened == len(re.findall(r"\n\n</details>", cell.source)) == len(re.findall(r"</details>", cell.source))


@every_lesson
def test_the_title_names_the_minutes_and_what_it_needs(path):
    title = cells(path)[0]
    assert title.cell_type == "markdown"
    number = rf"{int(path.name[:2])}\. " if path in CORE else ""
    assert re.match(rf"# {number}[A-Z]", title.source)
    assert re.search(r"\b\d+ minutes", title.source)
    assert re.search(r"\bneeds: ", title.source)


@every_core_lesson
def test_a_core_lesson_asks_first_and_ends_in_three_questions_with_feedback(path):
    asked = [index for index, cell in enumerate(cells(path)) if cell.cell_type == "code" and shows(cell, "Question")]
    check = next(i for i, cell in enumerate(cells(path)) if re.search(r"^## Check yourself", cell.source, re.MULTILINE))
    assert asked[0] <= 2
    assert len([index for index in asked if index > check]) >= 3


@every_deeper_lesson
def test_a_deeper_lesson_asks_for_a_prediction_and_ends_in_questions(path):
    assert "**Predict:**" in cells(path)[0].source
    ends = section(path, "Check yourself").count("<details>") + len(
        [c for c in cells(path, "code") if shows(c, "Question")]
    )
    assert ends >= 3


@every_lesson
def test_a_lesson_ends_with_a_summary_and_its_sources(path):
    assert 3 <= len([line for line in section(path, "Summary").splitlines() if line.strip()]) <= 5
    assert re.search(r"(section|equation|algorithm|figure|table|appendix) ", section(path, "References"), re.IGNORECASE)


@every_core_lesson
def test_a_core_lesson_links_to_its_neighbours_at_the_end_and_to_the_tour_at_the_top(path):
    row = [START, *CORE]
    place = row.index(path)
    first, last = (cells(path, "markdown")[end].source for end in (0, -1))
    assert START.name in {target.partition("#")[0] for target in links(first)}
    assert {other.name for other in row[place + 1 : place + 2]} <= {target.partition("#")[0] for target in links(last)}


@every_deeper_lesson
def test_a_deeper_lesson_links_back_at_the_top_and_at_the_end(path):
    for end in (0, -1):
        assert f"../{START.name}" in {target.partition("#")[0] for target in links(cells(path, "markdown")[end].source)}


def section(path, heading):
    """The text under a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {heading}\b.*?\n(.*?)(?=^#+ |\Z)", text_of(path), re.MULTILINE | re.DOTALL)
    assert found, f"{path.name} has no heading that begins with {heading!r}"
    return found.group(1)


# Links, and the map of the collection.


def links(markdown):
    return re.findall(r"\]\(([^)\s]+)\)", markdown) + re.findall(r"(?:href|src)=\"([^\"]+)\"", markdown)


def anchors(path):
    """The names that JupyterLab and nbconvert give to headings: the text, with dashes for spaces."""
    text = text_of(path) if path.suffix == ".ipynb" else path.read_text()
    return {
        heading.strip().replace("`", "").replace("*", "").replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


@pytest.mark.parametrize("path", [*PATHS, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_links_lead_to_files_and_headings_that_exist(path):
    for link in links(text_of(path) if path.suffix == ".ipynb" else path.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = unquote(link).partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("path", [START, ROOT / "README.md"], ids=lambda path: path.name)
def test_the_map_names_every_notebook(path):
    text = text_of(path) if path == START else path.read_text(encoding="utf-8")
    linked = {(path.parent / link.partition("#")[0]).resolve() for link in links(text) if not re.match("[a-z]+:", link)}
    assert set(PATHS) - {START} <= linked
