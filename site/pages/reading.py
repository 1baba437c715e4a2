"""What the reading pages need beyond Sphinx and myst-nb: anchors, alternative texts, mathematics, the lab's link."""

import json
import os
import re
import subprocess

from docutils import nodes
from myst_nb.core.render import NbElementRenderer

SET = """const katex = require(process.argv[1]), formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(formulas.map(([tex, displayMode]) => katex.renderToString(tex, {displayMode}))));"""
PLAIN_IMAGE = NbElementRenderer.render_image


def jupyter_anchor(heading):
    """The anchor that JupyterLab gives a heading, so that the links between lessons work here as well."""
    return re.sub(r"\s", "-", heading.strip())


def image_with_its_text(renderer, data):
    """A stored picture with the alternative text of its output, which myst-nb leaves out."""
    found = PLAIN_IMAGE(renderer, data)
    alt = data.output_metadata.get(data.mime_type, {}).get("alt")
    for image in found:
        image["alt"] = alt or image.get("alt", "")
    return found


def set_mathematics(app, doctree, page):
    """Every formula as KaTeX sets it: no script is needed for it, and a formula with a mistake ends the build."""
    found = [node for node in doctree.findall() if isinstance(node, nodes.math | nodes.math_block)]
    if found:
        formulas = json.dumps([(node.astext(), isinstance(node, nodes.math_block)) for node in found])
        katex = os.environ["KATEX"]
        done = subprocess.run(["node", "-e", SET, katex], input=formulas, capture_output=True, check=True, text=True)
        for node, html in zip(found, json.loads(done.stdout), strict=True):
            node.replace_self(nodes.raw("", html, format="html"))


def link_to_the_lab(app, page, template, context, doctree):
    """Above each lesson: the way to the same notebook in JupyterLite, which runs in the browser."""
    if page.startswith("notebooks/") and context.get("body"):
        lab = f"{'../' * page.count('/')}lite/lab/index.html?path={page}.ipynb"
        button = (
            f'<p class="run-all"><a href="{lab}">Run the whole lesson</a> in this browser: change the code, answer, '
        )
        context["body"] = f"{button}exercise. Nothing is installed.</p>{context['body']}"


def mend_for_keyboard_and_ear(app, page, template, context, doctree):
    """Long code can be scrolled by keyboard; what is folded is named by its own words; a caption says its level."""
    body = context.get("body", "").replace("<pre>", '<pre tabindex="0">')
    context["body"] = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app):
    NbElementRenderer.render_image = image_with_its_text
    app.add_html_math_renderer("katex", (None, None), (None, None))  # instead of MathJax; nothing is left for it
    app.connect("doctree-resolved", set_mathematics)
    app.connect("html-page-context", link_to_the_lab)
    app.connect("html-page-context", mend_for_keyboard_and_ear, priority=900)  # after those of the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
