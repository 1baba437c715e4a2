"""What must hold of every notebook as it is stored; no cell runs here."""

import ast
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbval.plugin import comment_markers, metadata_tags

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
START = ROOT / "notebooks" / "00_start_here.ipynb"
LESSONS = [path for path in PATHS if path != START]
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path, kind=None):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if kind in (None, cell.cell_type)]


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
def test_there_are_at_least_as_many_text_cells_as_code_cells(path):
    assert len(cells(path, "markdown")) >= len(cells(path, "code"))


def imports(cell):
    return [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Import | ast.ImportFrom)]


@every_notebook
def test_imports_name_what_they_import_and_leave_pyplot_alone(path):
    for node in [node for cell in cells(path, "code") for node in imports(cell)]:
        names = [f"{getattr(node, 'module', '')}.{alias.name}" for alias in node.names]
        assert not any(name.endswith(".*") or "pyplot" in name for name in names), ast.unparse(node)


@every_lesson
def test_imports_stand_in_the_first_code_cell(path):
    assert not [ast.unparse(node) for cell in cells(path, "code")[1:] for node in imports(cell)]


@every_notebook
def test_every_answer_has_the_blank_lines_that_let_markdown_be_rendered(path):
    for cell in cells(path, "markdown"):
        opened = len(re.findall(r"<details>", cell.source))
        assert opened == len(re.findall(r"</summary>\n\n", cell.source)) == len(re.findall(r"</summary>", cell.source))
        assert opened == len(re.findall(r"\n\n</details>", cell.source)) == len(re.findall(r"</details>", cell.source))


@every_notebook
def test_the_title_has_the_number_of_the_file_and_the_minutes_it_takes(path):
    title = cells(path)[0]
    assert title.cell_type == "markdown"
    assert re.match(rf"# {int(path.name[:2])}\. \S", title.source)
    assert re.search(r"\d+ minutes", title.source)


@every_lesson
def test_the_title_cell_asks_for_a_prediction_and_the_end_asks_three_questions(path):
    assert "**Predict:**" in cells(path)[0].source
    check = section(path, "Check yourself")
    assert check.count("<details>") == 3


@every_lesson
def test_a_lesson_ends_with_a_summary_and_its_sources(path):
    assert 3 <= len([line for line in section(path, "Summary").splitlines() if line.strip()]) <= 5
    assert re.search(r"(section|equation|algorithm|figure|table|appendix) ", section(path, "References"), re.IGNORECASE)


@every_notebook
def test_a_notebook_links_to_its_neighbours_at_the_top_and_at_the_end(path):
    place = PATHS.index(path)
    neighbours = {other.name for other in PATHS[max(place - 1, 0) : place + 2] if other != path}
    texts = cells(path, "markdown")
    for end in (texts[0].source, texts[-1].source):
        linked = {target.partition("#")[0] for target in links(end)}
        # 00 is where the map stands: nothing comes before it, and its first lines lead on by the map.
        assert neighbours <= linked or (path == START and end == texts[0].source), (neighbours, linked)


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


def numbers_of_the_map(text):
    """Numbers of the lessons that a map links to, and of those that it calls planned."""
    linked = {int(number) for number in re.findall(r"\((?:notebooks/)?(\d\d)_\w+\.ipynb", text)}
    planned = {
        int(number) for line in text.splitlines() if "(planned" in line for number in re.findall(r"\b(\d+)\. ", line)
    }
    return linked, planned


@pytest.mark.parametrize("path", [START, ROOT / "README.md"], ids=lambda path: path.name)
def test_the_map_names_every_lesson_and_marks_the_planned_ones(path):
    linked, planned = numbers_of_the_map(text_of(path) if path == START else path.read_text())
    existing = {int(other.name[:2]) for other in PATHS}
    assert existing - {0} <= linked <= existing
    assert not existing & planned
    assert existing | planned == set(range(max(existing | planned) + 1))
