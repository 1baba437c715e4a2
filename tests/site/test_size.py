"""How large the site is without the Python that runs it, and that the lab lacks nothing for what was taken out."""

from collections import Counter

import pytest
from built_site import SITE
from lite_page import LitePage
from serve import content

PARTS = {
    "_images": "pictures of the pages",
    "notebooks": "pages of the lessons",
    "lite/build": "JupyterLab",
    "lite/files": "the lab's notebooks and cats",
    "bnlib-0.1.0-py3-none-any.whl": "all bnlib, to install elsewhere",
}

# What a reader may ask the lab for, and what another part of Python is needed for than lessons use.
ASKED = """
import inspect, io
import matplotlib.pyplot as plt
import numpy as np
from bnlib.batchnorm import batch_norm
help(np.linalg.norm)
print("def batch_norm(" in inspect.getsource(batch_norm), batch_norm.__doc__.split("\\n")[0])
%timeit -n 1 -r 1 np.fft.fft([1, 2])
%prun -q np.polynomial.Polynomial([1, 2])(3)
figure, ax = plt.subplots()
ax.set_title(r"$\\mathbf{x} \\leq \\hat{x}_i$")
ax.tricontourf([0, 1, 0], [0, 0, 1], [1, 2, 3])
for form in ("png", "svg"):
    figure.savefig(io.BytesIO(), format=form)
plt.close(figure)
"""


def test_the_site_without_its_python_is_small():
    stored, sent = Counter(), Counter()
    for path in SITE.rglob("*"):
        first, second, *_ = *path.relative_to(SITE).parts, ""
        if path.is_file() and first != "pyodide":
            part = PARTS.get(f"{first}/{second}") or PARTS.get(first, "all else")
            stored[part] += path.stat().st_size
            sent[part] += len(content(path, path.stat().st_mtime_ns)[0])
    print(f"{stored.total() / 1e6:.1f} MB on disk, {sent.total() / 1e6:.1f} MB as sent, without site/pyodide:")
    for part, size in stored.most_common():
        print(f"{part:32}{size / 1e6:5.1f}{sent[part] / 1e6:6.1f}")
    assert 10e6 < sent.total() <= 20e6
    assert stored.total() <= 30e6


def test_the_lab_sets_mathematics_opens_its_settings_and_answers_without_what_was_taken_out(browser, server):
    lesson = LitePage(browser, server.url, "notebooks/deeper/backward_pass.ipynb")
    formula = lesson.page.locator(".jp-MarkdownOutput mjx-container mjx-math").first
    formula.wait_for()
    assert formula.bounding_box()["height"] > 5
    lesson.page.evaluate("() => jupyterapp.commands.execute('settingeditor:open')")
    lesson.page.locator(".jp-SettingsPanel").wait_for()
    lesson.page.evaluate("() => jupyterapp.commands.execute('tabsmenu:activate-previously-used-tab')")
    said = lesson.python(ASKED)
    assert "Matrix or vector norm" in said and "True " in said and "per loop" in said
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        lesson.python("1 / 0")
    assert not lesson.watch.complaints and not lesson.watch.outside
    lesson.close()
