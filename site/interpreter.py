"""The Python of the site: the folder pyodide/ with a lock that names every package, ours among them.

With a local Pyodide all of it lies in that folder, trimmed and compiled. Without, it is Pyodide's public CDN that sends
the runtime and the packages, and only ours lie there.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from fetch import download, npm, run, sha256
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_VERSION
from runtime import closure

ROOT = Path(__file__).resolve().parents[1]
PURE = ("ipywidgets", "comm")  # what bnlib and the kernel need and Pyodide does not have
EMPTY = ("jedi", "parso", "fonttools", "pytz")  # asked for by name, and never used here
KERNEL_WHEELS = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
DEPENDS = {
    "bnlib": ["numpy", "matplotlib", "ipywidgets"],
    "ipywidgets": ["comm", "traitlets"],
    "pyodide-kernel": ["comm", "ipython"],
    "ipykernel": ["pyodide-kernel"],
    "piplite": ["micropip"],
}
RUNTIME = ("pyodide.asm.wasm", "python_stdlib.zip")  # and two scripts, which the browser loads by itself
# What is in the kernel before its first cell, so that a notebook imports it as on any computer.
KERNEL = (
    *("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "widgetsnbextension"),
    *("numpy", "matplotlib", "ipywidgets", "bnlib"),
)


def our_wheels(work):
    """bnlib as it stands here, the widgets, and the kernel of JupyterLite."""
    folder = work / "ours"
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT, stdout=subprocess.DEVNULL)
    pins = dict(line.split("==") for line in (ROOT / "constraints/tested.txt").read_text().split("\n") if "==" in line)
    found = download({name: pins[name] for name in PURE}, work / "wheels")
    kernel = [path for path in (Path(sys.prefix) / KERNEL_WHEELS).glob("*.whl") if "-3.6.999" not in path.name]
    return sorted([*folder.glob("*.whl"), *found.values(), *kernel])


def name_and_version(wheel):
    name, version, *_ = wheel.name.split("-")
    return re.sub(r"[-_.]+", "-", name).lower(), version


def entry_of(wheel):
    """What a lock says of a package, without the file."""
    name, version = name_and_version(wheel)
    known = {"name": name, "version": version, "imports": [name.replace("-", "_")], "depends": DEPENDS.get(name, [])}
    return known | {"install_dir": "site", "package_type": "package", "unvendored_tests": False}


def packed(files, work):
    """The packed editions of wheels and of the standard library, kept from build to build. path -> path."""
    jobs, found, key = [], {}, (Path(__file__).parent / "pack.py").read_bytes()
    for path in files:
        name = name_and_version(path)[0] if path.suffix == ".whl" else ""
        how = {"keep_sources": name == "bnlib", "empty": name in EMPTY}
        mark = hashlib.sha256(key + path.read_bytes() + json.dumps(how).encode()).hexdigest()[:16]
        found[path] = work / "packed" / mark / path.name
        if not found[path].exists():
            found[path].parent.mkdir(parents=True, exist_ok=True)
            jobs.append({"source": str(path), "target": f"{found[path]}.part", **how})
    if jobs:
        python = npm(f"pyodide@{PYODIDE_VERSION}", work / "npm")
        run("node", Path(__file__).parent / "pack.mjs", python, input=json.dumps(jobs), text=True)
    for job in jobs:
        Path(job["target"]).rename(job["target"].removesuffix(".part"))
    return found


def make(site, pyodide, work):
    """Write site/pyodide, and _static/runtime.json for the live explorers. Returns the address of the runtime."""
    target = site / "pyodide"
    target.mkdir()
    ours = our_wheels(work)
    for wheel in (work / "ours").glob("*.whl"):  # the whole of it, to install elsewhere
        shutil.copy(wheel, site)
    lock = json.loads(((pyodide or npm(f"pyodide@{PYODIDE_VERSION}", work / "npm")) / "pyodide-lock.json").read_text())
    entries = lock["packages"]
    sources = {name: pyodide / entry["file_name"] for name, entry in entries.items()} if pyodide else {}
    if not pyodide:
        for entry in entries.values():
            entry["file_name"] = f"{PYODIDE_CDN_URL}/{entry['file_name']}"
    for wheel in ours:
        entry = entry_of(wheel)
        entries[entry["name"]], sources[entry["name"]] = entry, wheel
    library = [pyodide / "python_stdlib.zip"] if pyodide else []
    small = packed([*sources.values(), *library], work)
    for name, source in sources.items():
        entries[name] |= {"file_name": source.name, "sha256": sha256(small[source])}
    for path in small:
        (target / path.name).write_bytes(small[path].read_bytes())
    for path in pyodide.glob("pyodide.*") if pyodide else ():
        (target / path.name).write_bytes(path.read_bytes())
    (target / "pyodide-lock.json").write_text(json.dumps(lock))
    runtime = "pyodide/" if pyodide else f"{PYODIDE_CDN_URL}/"
    first = [*RUNTIME, *(entries[name]["file_name"] for name in closure(entries, ["bnlib"]))]
    size = sum((target / name).stat().st_size for name in first) if pyodide else None
    (site / "_static/runtime.json").write_text(json.dumps({"runtime": runtime, "bytes": size}))
    return runtime
