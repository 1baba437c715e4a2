"""What of a built site no reader here meets is taken out."""

import re
import shutil

from PIL import Image

# Diagrams in Mermaid (and how ELK lays them out), charts in Vega and terminals: no notebook here has one. Each library
# is named by a word that only its own script holds.
LIBRARIES = {
    "mermaid": ("mermaidAPI", "org.eclipse.elk"),
    "vega5": ("vega-tooltip", "Unrecognized signal name", "Invalid specification"),
    "terminal": ("registerCsiHandler", ".WebglAddon=", ".CanvasAddon="),
}
DISABLED = [f"@jupyterlab/{name}-extension" for name in LIBRARIES]
# Scripts are loaded by their numbers, alone or together; a number such as 6000 is written 6e3.
LOADS = re.compile(r"Promise\.all\(\[[^\]]*\]\)|\.e\(\d[\de]*\)")
NUMBER = re.compile(r"\.e\((\d[\de]*)\)")
UNCOLORED = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')  # classes of Pygments
OLD_FONTS = (".eot", ".svg", ".ttf", ".woff")  # each browser that runs JupyterLab reads woff2


def trim_lab(build):
    """Take these libraries and all that only they load from JupyterLab, and the fonts that stand there twice."""
    scripts = {path.name.split(".")[0]: path for path in build.glob("[0-9]*.js")}
    texts = {number: path.read_text() for number, path in scripts.items()}
    words = [word for library in LIBRARIES.values() for word in library]
    unwanted = set()
    for word in words:
        found = {number for number, text in texts.items() if word in text}
        if len(found) != 1:
            raise SystemExit(f"JupyterLab has changed: {word!r} stands in {len(found)} scripts; see {__file__}")
        unwanted |= found
    needed, todo = set(), [path.read_text() for path in (*build.glob("jlab_core.*.js"), *build.glob("*/bundle.js"))]
    while todo:
        for load in LOADS.finditer(todo.pop()):
            together = {str(int(float(number))) for number in NUMBER.findall(load[0])}
            if not together & unwanted:
                todo += [texts[number] for number in (together & set(texts)) - needed]
                needed |= together
    for number in set(scripts) - needed:
        scripts[number].unlink()
    for path in build.glob("*.woff2"):
        for ending in OLD_FONTS:
            path.with_suffix(ending).unlink(missing_ok=True)
    for folder in (build / "schemas").glob("@*"):  # all.json holds the same
        shutil.rmtree(folder)
    icon = build.parent / "lab/favicon.ico"  # in all sizes, up to 256 pixels
    with Image.open(icon) as image:
        image.save(icon, sizes=[(32, 32)])


def plain_code(pages):
    """Take the marks off names, dots, brackets and spaces in code: they have the colour of the text anyway."""
    for path in pages.rglob("*.html"):
        path.write_text(UNCOLORED.sub(r"\1", path.read_text()))
