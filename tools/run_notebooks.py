"""Run notebooks and store their outputs, clean: two runs, or two machines, leave the same file.

python tools/run_notebooks.py notebooks/*.ipynb notebooks/deeper/*.ipynb
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from compare_pictures import differences
from fewer_colors import shrink_pictures
from nbclient import NotebookClient

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FOLDED = "# Sets up:", "# Measures:", "# Draws:"  # the first words of a cell whose input is folded away
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"  # its model id is random, and useless without the kernel


def run(path):
    """Run one notebook in its folder and store it; raises CellExecutionError, and stores nothing, when a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    stored = [(cell.source, cell.get("outputs", [])) for cell in notebook.cells]
    execute(notebook, path.parent)
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell, (source, old_outputs) in zip(notebook.cells, stored, strict=True):
        cell.metadata.pop("execution", None)
        cell.metadata.pop("trusted", None)
        if cell.cell_type == "code":
            fold(cell)
            for output in cell.outputs:
                output.get("data", {}).pop(LIVE_VIEW, None)
            if source == cell.source and not differences(old_outputs, cell.outputs):
                keep_pictures(old_outputs, cell.outputs)
            shrink_pictures(cell.outputs)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    return path


def execute(notebook, folder):
    """Run the cells in memory, in a kernel that starts in the folder; raises CellExecutionError when a cell fails."""
    NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        resources={"metadata": {"path": folder}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
    ).execute()


def fold(cell):
    """Give a cell both marks of folded input, of JupyterLab and of Jupyter Book, or none, as its first line says."""
    tags = [tag for tag in cell.metadata.pop("tags", []) if tag != "hide-input"]
    cell.metadata.pop("jupyter", None)
    if cell.source.startswith(FOLDED):
        cell.metadata["jupyter"], tags = {"source_hidden": True}, [*tags, "hide-input"]
    if tags:
        cell.metadata["tags"] = tags


def keep_pictures(old_outputs, new_outputs):
    """Put the stored pictures back: equal within the tolerance, so a new one would only make the history larger."""
    old = iter([output for output in old_outputs if "image/png" in output.get("data", {})])
    for output in new_outputs:
        if "image/png" in output.get("data", {}):
            output.data["image/png"] = next(old).data["image/png"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="+", type=Path)
    with ThreadPoolExecutor(2) as pool:
        for path in pool.map(run, parser.parse_args().notebooks):
            print(path)


if __name__ == "__main__":
    main()
