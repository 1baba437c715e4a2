"""One notebook, open in JupyterLab in headless Chromium."""

import json
import shutil
from contextlib import contextmanager
from pathlib import Path

import nbformat
from explorer_box import ExplorerBox

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_CHROMIUM = "no Chromium found: install it (Debian: apt-get install chromium), or put google-chrome on PATH"

KERNEL_IS_IDLE = """() =>
  window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'
  && [...document.images].every(image => image.complete)"""

RUN_IN_KERNEL = """async code => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code, store_history: false, stop_on_error: false});
  let text = '', error = '';
  future.onIOPub = ({header, content}) => {
    if (header.msg_type === 'stream') text += content.text;
    if (header.msg_type === 'error') error = content.traceback.join('\\n');
  };
  await future.done;
  return {text, error};
}"""

LIVE_VIEWS = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
  .filter(cell => cell.type === 'code')
  .flatMap(cell => cell.toJSON().outputs.filter(output => output.data?.['image/png']).map(output =>
    [output.data?.['application/vnd.jupyter.widget-view+json']?.model_id, cell.sharedModel.getSource()]))
  .filter(([model]) => model)"""

TROUBLED_OUTPUTS = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
  .flatMap(cell => cell.type === 'code' ? cell.toJSON().outputs : [])
  .filter(output => output.output_type === 'error' || output.name === 'stderr')"""


def find_chromium():
    """The path of an installed Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def write_notebook(path, sources):
    """A notebook with these code cells, not run."""
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@contextmanager
def chromium():
    """A headless browser of Playwright's."""
    from playwright.sync_api import sync_playwright

    if (path := find_chromium()) is None:
        raise FileNotFoundError(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class NotebookPage:
    """`NotebookPage(browser, lab, "deeper/playground.ipynb")`, then `run_all()`, `explorers()`, `python("print(1)")`.

    complaints: errors of the page, and errors and warnings of the browser's console, as they come.
    """

    def __init__(self, browser, lab, notebook, *, width=1280, height=900, scale=1):
        self.name = Path(notebook).stem
        self.complaints = []
        self.page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
        self.page.set_default_timeout(60_000)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.goto(f"{lab.url}doc/tree/{lab.notebooks.name}/{notebook}?reset&token={lab.token}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.wait_until_idle()

    def _note(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def end_kernel(self):
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def close(self):
        """Close the page and end its kernel."""
        self.end_kernel()
        self.page.close()

    def run_all(self):
        """Run every cell; True when none raised."""
        finished = self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        self.wait_until_idle()
        return finished

    def wait_until_idle(self):
        """Wait until the kernel has nothing to do and every picture is painted."""
        self.page.wait_for_function(KERNEL_IS_IDLE)
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def troubled_outputs(self):
        """Errors and warnings among the outputs in the page."""
        return self.page.evaluate(TROUBLED_OUTPUTS)

    def python(self, code):
        """Run code in the notebook's kernel; return what it printed."""
        answer = self.page.evaluate(RUN_IN_KERNEL, code)
        if answer["error"]:
            raise RuntimeError(answer["error"])
        return answer["text"]

    def value(self, expression):
        """The value of an expression in the notebook's kernel, by way of JSON; arrays come as lists."""
        return json.loads(self.python(f"import json; print(json.dumps({expression}, default=lambda x: x.tolist()))"))

    def explorers(self):
        """The explorers in the page, from the top."""
        return [ExplorerBox(self, model, source) for model, source in self.page.evaluate(LIVE_VIEWS)]
