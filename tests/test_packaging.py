"""The project as it is installed: what it needs, what its wheel holds, what it loads."""

import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

import bnlib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

FINDS_ITS_DATA = """
import bnlib, bnlib.datasets.cats, bnlib.datasets.digits, bnlib.explorers
assert bnlib.datasets.cats.load_cats() and bnlib.datasets.digits.load_digits()
print(bnlib.__file__)
"""


def run_python(python, code, cwd, **variables):
    """What a Python that knows nothing of this checkout prints."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "BNLIB_DATA")}
    return subprocess.run(
        [python, "-c", code], cwd=cwd, env=kept | variables, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_these_tests_test_this_checkout():
    assert Path(bnlib.__file__).parent == ROOT / "bnlib", "another copy is installed: `make clean`, then again"


def test_conda_and_pip_install_the_same():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    conda = {line for line in environment["dependencies"] if isinstance(line, str)} - {"pip"}
    python = f"python{PROJECT['requires-python']}"
    assert conda == {python, *PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]}


@pytest.mark.parametrize("path", sorted((ROOT / "constraints").glob("*.txt")), ids=lambda path: path.name)
def test_constraints_are_exact_versions_without_any_place(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert lines
    assert not [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)]


def test_constraints_pin_all_that_is_asked_for():
    pinned = {
        re.split("==", line)[0].lower().replace("_", "-")
        for path in (ROOT / "constraints").glob("*.txt")
        for line in path.read_text().splitlines()
        if not line.startswith("#")
    }
    asked = [*PROJECT["dependencies"], *sum(PROJECT["optional-dependencies"].values(), [])]
    assert {re.split(r"[<>=\[]", line)[0] for line in asked} <= pinned


def test_the_wheel_is_pure_python_with_the_data_and_the_licences(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name.endswith("-py3-none-any.whl")
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "bnlib").rglob("*.py")} <= set(names)
    assert {f"bnlib/data/{name}" for name in ("cats.npz", "digits.npz", "README.md")} <= set(names)
    assert {Path(name).suffix for name in names if name.startswith("bnlib/")} <= {".py", ".npz", ".csv", ".md", ".toml"}
    assert {Path(name).name for name in names} >= {"LICENSE", "LICENSE-text"}


def test_the_wheel_finds_its_data_from_any_folder(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    (tmp_path / "elsewhere").mkdir()
    file = run_python(sys.executable, FINDS_ITS_DATA, tmp_path / "elsewhere", PYTHONPATH=str(tmp_path / "site"))
    assert Path(file).is_relative_to(tmp_path)


@pytest.mark.deep
def test_the_wheel_works_where_there_is_only_numpy_matplotlib_and_ipywidgets(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    constraints = ROOT / "constraints" / "tested.txt"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "-c", constraints, "numpy", "matplotlib", "ipywidgets"], check=True
    )
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True)
    draw = "; [bnlib.explorers.EXPLORERS[name]() for name in bnlib.explorers.EXPLORERS]"
    file = run_python(python, FINDS_ITS_DATA.strip() + draw, tmp_path)
    assert Path(file).is_relative_to(tmp_path / "venv")
