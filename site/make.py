"""The site: pages to read, explorers that come alive in them, and JupyterLite beside them. `make site` runs this.

python site/make.py build/site [--pyodide FOLDER]
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import interpreter
import lite
import nbformat
from fetch import npm, run
from trim import plain_code

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.append(str(ROOT / "tools"))
from fewer_colors import shrink_pictures  # noqa: E402

COPIED = (
    "README.md",
    "CONTRIBUTING.md",
    "CITATION.cff",
    "LICENSE",
    "LICENSE-text",
    "pyproject.toml",
    "Makefile",
    "bnlib",
)
KATEX = "katex@0.16.22"
PRINTED = "notebooks/cheat_sheet"  # one page to print: also as a PDF, where a Chromium can make it
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), ""
)
OUT = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=OUT, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


# The pages.


def explorer_cells(names):
    """For each explorer: a heading, and a cell that shows it with its stored picture, as a lesson's cell does."""
    from bnlib.explorers import EXPLORERS

    for name in names or EXPLORERS:
        explorer = EXPLORERS[name]()
        kind = type(explorer).__name__
        data, metadata = next(iter(explorer.drawings.values()))._repr_mimebundle_()
        output = nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=None)
        shrink_pictures([output])
        source = f"from bnlib.explorers import {kind}\n\n{kind}()"
        said = sys.modules[type(explorer).__module__].__doc__.split(": ", 1)[-1].strip()
        explorer.close()
        yield kind, said, nbformat.v4.new_code_cell(source, outputs=[output], metadata={"tags": ["no-code"]})


def write_notebook(path, cells):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def write_pages(source):
    """The folder that Sphinx reads: the project's own texts where they stand, and the pages of this folder."""
    for name in COPIED:
        copy(ROOT / name, source / name)
    copy(ROOT / "data" / "README.md", source / "data" / "README.md")
    copy(ROOT / "notebooks", source / "notebooks")
    copy(HERE / "pages", source)
    markdown = nbformat.v4.new_markdown_cell
    before, after = (source / "index.md").read_text().split("LIVE")
    ((_, _, cell),) = explorer_cells(["gamma_beta"])
    write_notebook(source / "index.ipynb", [markdown(before), cell, markdown(after)])
    (source / "index.md").unlink()
    cells = [markdown((source / "explorers.md").read_text())]
    for kind, said, cell in explorer_cells([]):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind)
        cells += [markdown(f"## {words}\n\n{said[0].upper()}{said[1:]}"), cell]
    write_notebook(source / "explorers.ipynb", cells)
    (source / "explorers.md").unlink()


def build_pages(source, site, npm_folder):
    katex = npm(KATEX, npm_folder) / "dist"
    copy(katex / "katex.min.css", source / "_static" / "katex" / "katex.min.css")
    for font in (katex / "fonts").glob("*.woff2"):
        copy(font, source / "_static" / "katex" / "fonts" / font.name)
    html = source.parent / "html"
    sphinx = (sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", source.parent / "doctrees")
    run(
        *sphinx,
        source,
        html,
        env=os.environ | {"KATEX": str(katex / "katex.js"), "PRINTED": PRINTED if CHROMIUM else ""},
    )
    plain_code(html)
    html.rename(site)


def name_the_build(site):
    """Give the store of the service worker a name that changes whenever a file of the pages does."""
    mark = hashlib.sha256()
    for path in sorted(site.rglob("*")):
        if path.is_file() and not path.is_relative_to(site / "lite"):
            mark.update(path.read_bytes())
    worker = site / "sw.js"
    worker.write_text(worker.read_text().replace("BUILD", f"site-{mark.hexdigest()[:16]}"))


def print_one_page(page):
    if not CHROMIUM:
        print("There is no Chromium here: the cheat sheet is not there as a PDF.")
        return
    with tempfile.TemporaryDirectory() as profile:
        options = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-pdf-header-footer",
        )
        target = (f"--user-data-dir={profile}", f"--print-to-pdf={page}.pdf", f"file://{page}.html")
        run(CHROMIUM, *options, *target, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--pyodide", type=Path, help="a folder with Pyodide and its packages (default: its public CDN)")
    options = parser.parse_args()
    site = options.site.resolve()
    work = site.parent / "site-work"
    source = work / "pages"
    for folder in (site, source, work / "html", work / "doctrees"):
        shutil.rmtree(folder, ignore_errors=True)
    write_pages(source)
    build_pages(source, site, work / "npm")
    runtime = interpreter.make(site, options.pyodide and options.pyodide.resolve(), work)
    lite.make(site, runtime, work)
    name_the_build(site)
    print_one_page(site / PRINTED)


if __name__ == "__main__":
    main()
