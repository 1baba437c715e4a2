"""Sphinx: the notebooks as pages to read, with their stored outputs. Nothing is executed. See `reading.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Batch normalization"
html_title = "Batch normalization, dragged and checked"
extensions = ["myst_nb", "reading"]
nitpicky = True

nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_code_prompt_show = nb_code_prompt_hide = "Code that measures or draws"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "reading.jupyter_anchor"

html_math_renderer = "katex"  # of reading.py

html_theme = "furo"
html_show_copyright = False
html_favicon = "_static/favicon.svg"
html_theme_options = {"navigation_with_keys": False}
html_static_path = ["_static"]
html_extra_path = ["sw.js"]
html_css_files = ["katex/katex.min.css", "site.css"]
html_js_files = [("live.js", {"type": "module"})]
html_copy_source = False
templates_path = []
exclude_patterns = ["**/.ipynb_checkpoints"]
