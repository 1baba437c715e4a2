"""Pictures of notebooks as a reader sees them in JupyterLab: whole pages for review, one explorer for the README.

python tools/screenshots.py notebooks/02_*.ipynb --width 1280 --out build/pages
python tools/screenshots.py notebooks/02_*.ipynb --explorer 1 --drag γ 0.8 --out explorer.png
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

from lab_server import LabServer  # noqa: E402
from notebook_page import NotebookPage, chromium  # noqa: E402

HEADER = 120  # JupyterLab's own bars above and below the notebook, in CSS pixels


def write_pages(notebook, out, height):
    """Write the whole notebook, as consecutive pictures that do not overlap: NAME-01.png, NAME-02.png, ..."""
    panel = notebook.page.locator(".jp-WindowedPanel-outer")
    box = panel.bounding_box()
    total = panel.evaluate("""panel => [...panel.querySelectorAll('.jp-Cell')].at(-1).getBoundingClientRect().bottom
                              - panel.getBoundingClientRect().top + panel.scrollTop""")
    written = []
    for number, top in enumerate(range(0, round(total), height), start=1):
        scrolled = panel.evaluate("(panel, top) => { panel.scrollTop = top; return panel.scrollTop; }", top)
        skip = top - scrolled  # the last page cannot scroll to its top: leave out what the page before shows
        clip = {**box, "y": box["y"] + skip, "height": min(height, total - top)}
        path = out / f"{notebook.name}-{number:02}.png"
        notebook.page.screenshot(path=path, clip=clip)
        written.append(path)
    return written


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="a folder; with --explorer a PNG file")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in CSS pixels (default 1280)")
    parser.add_argument("--height", type=int, default=1600, help="of one picture at most (default 1600)")
    parser.add_argument("--scale", type=float, default=1, help="2 is a high-density screen (default 1)")
    parser.add_argument("--explorer", type=int, metavar="N", help="picture the Nth explorer only")
    parser.add_argument(
        "--drag",
        nargs=2,
        action="append",
        default=[],
        metavar=("SLIDER", "PLACE"),
        help="with --explorer: move a slider first, to a place between 0 and 1",
    )
    parser.add_argument("--no-run", action="store_true", help="show the stored outputs, start no cell")
    parser.add_argument("--closed", action="store_true", help="leave the <details> closed (default: open them)")
    parser.add_argument("--dark", action="store_true", help="in JupyterLab's dark theme")
    options = parser.parse_args()

    with LabServer(theme="JupyterLab Dark" if options.dark else "JupyterLab Light") as lab, chromium() as browser:
        for path in options.notebooks:
            notebook = NotebookPage(
                browser,
                lab,
                path.resolve().relative_to(lab.notebooks),
                width=options.width,
                height=options.height + HEADER,
                scale=options.scale,
            )
            if not options.no_run and not notebook.run_all():
                print(f"{path}: a cell raised an exception")
            if options.explorer:
                options.out.parent.mkdir(parents=True, exist_ok=True)
                explorer = notebook.explorers()[options.explorer - 1]
                for description, place in options.drag:
                    explorer.drag(description, float(place))
                explorer.settle()
                explorer.box.locator(".widget-vbox").first.screenshot(path=options.out)
                written = [options.out]
            else:
                options.out.mkdir(parents=True, exist_ok=True)
                if not options.closed:
                    notebook.page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
                notebook.wait_until_idle()
                written = write_pages(notebook, options.out, options.height)
            for complaint in notebook.complaints:
                print(f"{path}: {complaint}")
            print(*written, sep="\n")
            notebook.close()


if __name__ == "__main__":
    main()
