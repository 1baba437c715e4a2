"""Sphinx: the notebooks as pages to read, with their stored outputs. Nothing is executed. See `reading.py`."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Batch normalization"
html_title = "Batch normalization, dragged and checked"
extensions = ["myst_nb", "sphinxcontrib.katex", "reading"]
nitpicky = True

nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_code_prompt_show = nb_code_prompt_hide = "Code that measures or draws"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "reading.jupyter_anchor"

# Mathematics is set while the pages are built, where there is Node.js, and else by the reader's browser. The style and
# its fonts lie beside the pages.
katex_prerender = shutil.which("node") is not None
katex_css_path = "katex/katex.min.css"

html_theme = "furo"
html_theme_options = {"navigation_with_keys": False}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("live.js", {"type": "module"})]
html_copy_source = False
templates_path = []
exclude_patterns = ["**/.ipynb_checkpoints"]
