"""One notebook, open in the site's JupyterLite in headless Chromium."""

from notebook_page import RUN_IN_KERNEL, TROUBLED_OUTPUTS

READY = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return !!context?.session?.kernel && !context.session.kernel.hasPendingInput && document.querySelector('.jp-Cell');
}"""
OUTPUTS = """() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.toJSON())
  .filter(cell => cell.cell_type === 'code').map(cell => cell.outputs)"""
# Chromium has always one of these: no file of ours is missing, and the kernel's name differs from a desktop's.
HARMLESS = ("No exact match found for", "Disabling terminals plugin", "Pyodide contents will be synced")


class LitePage:
    """`LitePage(browser, url, "notebooks/00_start_here.ipynb")`, then `run_all()`, `outputs()`, `python("print(1)")`."""

    def __init__(self, browser, url, notebook):
        self.complaints, self.outside = [], []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(180_000)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.context.on("request", lambda request: self._watch(request.url, url))
        self.page.goto(f"{url}lite/lab/index.html?path={notebook}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(READY)

    def _note(self, message):
        if message.type == "error" and not any(words in message.text for words in HARMLESS):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _watch(self, address, url):
        if address.startswith("http") and not address.startswith(url):
            self.outside.append(address)

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
