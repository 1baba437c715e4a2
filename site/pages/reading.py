"""What the reading pages need beyond Sphinx and myst-nb: anchors, alternative texts, the link to the live lesson."""

import re

from myst_nb.core.render import NbElementRenderer

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


def link_to_the_lab(app, page, template, context, doctree):
    """Above each lesson: the way to the same notebook in JupyterLite, which runs in the browser."""
    if page.startswith("notebooks/") and context.get("body"):
        lab = f"{'../' * page.count('/')}lite/lab/index.html?path={page}.ipynb"
        button = (
            f'<p class="run-all"><a href="{lab}">Run the whole lesson</a> in this browser: change the code, answer, '
        )
        context["body"] = f"{button}exercise. Nothing is installed.</p>{context['body']}"


def setup(app):
    NbElementRenderer.render_image = image_with_its_text
    app.connect("html-page-context", link_to_the_lab)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
