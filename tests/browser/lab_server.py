"""A JupyterLab server on this computer alone, over a copy of the notebooks."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

OVERRIDES = json.loads((ROOT / "tools" / "jupyterlab_overrides.json").read_text())
# Windowing off: cells outside the window stay in the page, so that they can be measured and pictured.
NOTEBOOK_SETTINGS = {"windowingMode": "none", "autoStartDefaultKernel": True}
TRACKER = "@jupyterlab/notebook-extension:tracker"
THEMES = "@jupyterlab/apputils-extension:themes"
SETTINGS = {**OVERRIDES, TRACKER: {**OVERRIDES[TRACKER], **NOTEBOOK_SETTINGS}}


class LabServer:
    """Copies `notebooks/` and `data/` into a scratch folder and serves it: `with LabServer() as lab: lab.url`.

    Settings, workspaces and runtime files live in the scratch folder too: nothing of the user's is read or changed.
    """

    def __init__(self, notebooks=ROOT / "notebooks", data=ROOT / "data", start_timeout=60, theme="JupyterLab Light"):
        self.notebooks, self.data, self.start_timeout = Path(notebooks), Path(data), start_timeout
        self.theme = theme

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bnlib-lab-"))
        work = self.folder / "work"
        for source in (self.notebooks, self.data):
            if source.exists():
                shutil.copytree(source, work / source.name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        self.log = open(self.folder / "log.txt", "w")
        self.token = secrets.token_hex(16)
        self.process = subprocess.Popen(
            self._command(work),
            cwd=work,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        try:
            self.url = self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, work):
        return [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            f"--ServerApp.root_dir={work}",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.port=0",  # any that is free
            f"--IdentityProvider.token={self.token}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly",
            "--LabApp.collaborative=False",
        ]

    def _environment(self):
        settings = self.folder / "settings"
        for plugin, values in {**SETTINGS, THEMES: {"theme": self.theme}}.items():
            package, name = plugin.split(":")
            path = settings / package / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        (self.folder / "config").mkdir()
        shutil.copy(ROOT / "tools" / "jupyter_server_config.py", self.folder / "config")
        places = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }
        # First on the path, so that the kernel is this interpreter and not another of the same name.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {
            "OPENBLAS_NUM_THREADS": "1",
            **os.environ,
            "PATH": path,
            **{name: str(self.folder / place) for name, place in places.items()},
        }

    def _wait_until_it_answers(self):
        # The server writes the port it took once it listens.
        record = self.folder / "runtime" / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + self.start_timeout
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return json.loads(record.read_text())["url"]
            except (FileNotFoundError, json.JSONDecodeError):
                time.sleep(0.05)
        self.log.flush()
        raise RuntimeError(f"JupyterLab did not start in {self.start_timeout} s:\n{Path(self.log.name).read_text()}")
