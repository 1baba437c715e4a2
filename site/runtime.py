"""A local Pyodide: its runtime from npm, the wheels built for the browser from a folder, the others from pip.

python site/runtime.py build/pyodide --wheels ../shared/wasm

It holds what the lessons need and no more, and its lock names these files alone. Readers get the official wheels.
"""

import argparse
import json
import shutil
from pathlib import Path

from fetch import BROWSER, download, npm, sha256, wheel_in
from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
# What bnlib needs, and what the kernel of JupyterLite asks for by name; the lock says what these need in turn.
WANTED = ("numpy", "matplotlib", "ipython", "micropip", "jedi")
OTHER_VERSIONS = {"contourpy": "1.4.0"}  # the first release with a wheel for this platform


def closure(packages, wanted):
    """The names of the packages that the wanted ones need, these included."""
    found, todo = set(), list(wanted)
    while todo:
        name = todo.pop().replace("_", "-")
        if name not in found:
            found.add(name)
            todo += packages[name]["depends"]
    return sorted(found)


def make(target, wheels, work):
    source = npm(f"pyodide@{PYODIDE_VERSION}", work / "npm")
    lock = json.loads((source / "pyodide-lock.json").read_text())
    entries = lock["packages"]
    versions = {name: entries[name]["version"] for name in closure(entries, WANTED)} | OTHER_VERSIONS
    found = {name: wheel_in(wheels, name, version) for name, version in versions.items()}
    missing = {name: version for name, version in versions.items() if not found[name]}
    for kind in (BROWSER, None):
        some = {name: version for name, version in missing.items() if (name in OTHER_VERSIONS) == bool(kind)}
        found |= download(some, work / "wheels", *([kind] if kind else []))
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in FILES:
        shutil.copy2(source / name, target / name)
    for name, wheel in found.items():
        shutil.copyfile(wheel, target / wheel.name)
        found[name] = {"version": versions[name], "file_name": wheel.name, "sha256": sha256(wheel)}
    packages = {name: entries[name] | new for name, new in sorted(found.items())}
    (target / "pyodide-lock.json").write_text(json.dumps(lock | {"packages": packages}, indent=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path)
    parser.add_argument("--wheels", type=Path, required=True, help="a folder with the wheels built for the browser")
    options = parser.parse_args()
    make(options.target, options.wheels, options.target.resolve().parent / "site-work")


if __name__ == "__main__":
    main()
