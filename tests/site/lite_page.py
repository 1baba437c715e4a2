"""One notebook, open in the site's JupyterLite in headless Chromium."""

from built_site import Watch
from notebook_page import RUN_IN_KERNEL, TROUBLED_OUTPUTS

# The kernel says "unknown" until it has answered once; what is run before that is lost.
READY = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
OUTPUTS = """() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.toJSON())
  .filter(cell => cell.cell_type === 'code').map(cell => cell.outputs)"""


class LitePage:
    """`LitePage(browser, url, "notebooks/X.ipynb")`, then `run_all()`, `outputs()`, `python("print(1)")`."""

    def __init__(self, browser, url, notebook, prepare=lambda context: None):
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        prepare(self.context)
        self.watch = Watch(self.context, url)
        self.page = self.context.new_page()
        self.page.set_default_timeout(180_000)
        self.page.goto(f"{url}lite/lab/index.html?path={notebook}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(READY)

    def close(self):
        self.context.close()

    def python(self, code):
        """Run code in the notebook's kernel; return what it printed."""
        answer = self.page.evaluate(RUN_IN_KERNEL, code)
        if answer["error"]:
            raise RuntimeError(answer["error"])
        return answer["text"]

    def run_all(self):
        """Run every cell; True when none raised."""
        return self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")

    def outputs(self):
        """For each code cell, its outputs."""
        return self.page.evaluate(OUTPUTS)

    def troubled_outputs(self):
        return self.page.evaluate(TROUBLED_OUTPUTS)
