"""JupyterLite's lab beside the pages: the same notebooks, with a kernel that runs in the browser."""

import json
import shutil
import sys
from pathlib import Path

import nbformat
from fetch import run
from interpreter import KERNEL
from trim import DISABLED, trim_lab

ROOT = Path(__file__).resolve().parents[1]
BUILD = {"apps": ["lab"], "contents": ["files"], "no_sourcemaps": True, "no_unused_shared_packages": True}
LINKED = "README.md", "CONTRIBUTING.md"  # where links of the lessons lead
PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"


def make(site, runtime, work):
    """Write site/lite. runtime: where Pyodide lies, from the site's root or in full."""
    folder = work / "lite"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "notebooks", folder / "files/notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for path in (folder / "files").rglob("*.ipynb"):  # as a Jupyter server sends them: no text is a list of lines
        path.write_text(json.dumps(nbformat.read(path, as_version=4)))
    (folder / "files/data").mkdir()
    shutil.copy(ROOT / "data/cats.npz", folder / "files/data")  # all other data lies in bnlib's wheel
    for name in LINKED:
        shutil.copy(ROOT / name, folder / "files")
    inside = "./../" if "://" not in runtime else ""
    kernel = {
        "pyodideUrl": f"{inside}{runtime}pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": KERNEL, "lockFileURL": "./../pyodide/pyodide-lock.json"},
    }
    settings = {
        "appName": "Batch normalization",
        "exposeAppInBrowser": True,
        "enableServiceWorkerCache": "true",
        "disabledExtensions": DISABLED,
        "litePluginSettings": {PLUGIN: kernel},
    }
    config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": settings}
    (folder / "jupyter-lite.json").write_text(json.dumps(config))
    (folder / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": BUILD}))
    overrides = json.loads((ROOT / "tools/jupyterlab_overrides.json").read_text())
    (folder / "overrides.json").write_text(json.dumps(overrides))
    run(sys.executable, "-m", "jupyterlite_core.app", "build", "--output-dir", site / "lite", cwd=folder)
    trim_lab(site / "lite/build")
