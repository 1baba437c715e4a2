"""The rules of the house: who may import whom, and what stays out of the package."""

import ast
import functools
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "bnlib"
# Four wings, and the explorers above them, in the order of the story. A file may import only from files above it in
# its own wing, and from the wings named: the wings know nothing of each other sideways.
WINGS = {
    "numbers": (
        *("checks", "layer", "batchnorm", "norms", "linear", "elementwise", "losses", "gradcheck"),
        *("mlp", "sgd", "history", "training", "inference"),
    ),
    "datasets": ("files", "face", "cats", "digits", "plane", "sweep", "verdicts"),
    "pictures": ("colors", "png", "settings", "moving_text", "plots", "strips", "moving", "words", "picture"),
    "live": ("sliders", "kept", "cells", "one_thread", "explorer", "training_explorer"),
    "quiz": ("bank", "question"),
    "exercises": ("draws", "causes", "telling", "exercise", "patients"),
    # What several explorers share; they themselves stand side by side.
    "explorers": ("arguments", "examples", "recorded_run", "two_species", "two_nets", "chosen_statistics"),
}
MAY_IMPORT = {
    "numbers": set(),
    "datasets": {"checks"},
    "pictures": {"checks"},
    "live": {"checks", "pictures"},
    "quiz": {"datasets", "live"},
    "exercises": {"mlp", "training", "inference", "digits"},  # of the clinic, whose patients are nets
    "explorers": {"numbers", "checks", "datasets", "pictures", "live"},
}
THIRD_PARTY = {
    "numbers": {"numpy"},
    "datasets": {"numpy"},
    "pictures": {"numpy", "matplotlib", "cycler"},  # cycler: a part of matplotlib with a name of its own
    "live": {"numpy", "ipywidgets"},
    "quiz": {"ipywidgets"},
    "exercises": {"numpy"},
    "explorers": {"numpy", "matplotlib", "ipywidgets"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def place(module):
    """Wing and file of a module, such as bnlib.datasets.cats.load_cats."""
    parts = [*module.split(".")[1:], "", ""]
    if parts[0] in WINGS:
        return parts[0], parts[1]
    return "numbers", parts[0]


def module_of(path):
    return ".".join(["bnlib", *path.relative_to(PACKAGE).with_suffix("").parts])


@functools.cache
def tree(path):
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(path):
    """All that a file imports, also inside functions, written out in full: bnlib.layers.Linear, numpy."""
    package = ["bnlib", *path.relative_to(PACKAGE).parent.parts]
    for node in tree(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, node.module] if node.module else base
            yield from (".".join([*module, alias.name]) for alias in node.names)


def id_of(path):
    return str(path.relative_to(PACKAGE))


MODULES = [path for path in FILES if path.name != "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=id_of)
def test_a_file_imports_only_from_files_above_it(path):
    wing, name = place(module_of(path))
    for module in imports(path):
        if module.split(".")[0] != "bnlib" or module == "bnlib":
            continue
        other_wing, other = place(module)
        if other_wing != wing:
            assert {other_wing, other} & MAY_IMPORT[wing], f"{path.name} imports {module}, of a wing it does not know"
        else:
            above = WINGS[wing][: WINGS[wing].index(name)] if name in WINGS[wing] else WINGS[wing]
            assert other in above, f"{path.name} imports {module}, which is not above it"


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_a_file_uses_only_the_libraries_of_its_wing(path):
    wing, _ = place(module_of(path))
    found = {module.split(".")[0] for module in imports(path)} - set(sys.stdlib_module_names)
    assert found <= THIRD_PARTY[wing] | {"bnlib"}, f"{path.name} imports {found - THIRD_PARTY[wing]}"


def test_every_file_has_its_place():
    for wing, files in WINGS.items():
        folder = PACKAGE if wing == "numbers" else PACKAGE / wing
        found = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        assert set(files) <= found if wing in ("explorers", "exercises") else set(files) == found, wing


def test_the_check_sees_relative_and_inner_imports(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "explorers").mkdir()
    outer, inner = tmp_path / "mlp.py", tmp_path / "explorers" / "one.py"
    outer.write_text("def f():\n    from . import training\n    from .layers import Linear\n    import numpy.linalg\n")
    inner.write_text("from ..mlp import MLP\nfrom .two import Two\nfrom .. import cats\nfrom bnlib.live import Live\n")
    assert list(imports(outer)) == ["bnlib.training", "bnlib.layers.Linear", "numpy.linalg"]
    assert list(imports(inner)) == ["bnlib.mlp.MLP", "bnlib.explorers.two.Two", "bnlib.cats", "bnlib.live.Live"]


def test_no_file_is_named_after_nothing():
    names = {part for path in FILES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc", "tools"}


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_no_file_starts_threads_or_processes(path):
    forbidden = {"threading", "_thread", "multiprocessing", "subprocess", "concurrent", "queue", "signal", "socket"}
    assert not {module.split(".")[0] for module in imports(path)} & forbidden
    calls = [node for node in tree(path) if isinstance(node, ast.Attribute)]
    assert not {node.attr for node in calls} & {"to_thread", "run_in_executor", "fork", "system", "popen", "Popen"}


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_no_file_uses_the_global_state_of_pyplot_or_of_numpys_random(path):
    assert not [module for module in imports(path) if "pyplot" in module or "pylab" in module]
    for node in tree(path):
        if isinstance(node, ast.Name):
            assert node.id not in ("plt", "pyplot"), f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
            allowed = {"Generator", "default_rng", "SeedSequence", "PCG64"}
            assert node.attr in allowed, f"{path.name}:{node.lineno} draws from a global generator"


def in_a_new_process(code):
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, cwd=PACKAGE.parent, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def test_importing_bnlib_loads_neither_matplotlib_nor_ipywidgets():
    code = "import sys, numpy; before = set(sys.modules); import bnlib; print(*sorted(set(sys.modules) - before))"
    loaded = {module.split(".")[0] for module in in_a_new_process(code) if "cython" not in module}
    assert "bnlib" in loaded
    assert loaded - set(sys.stdlib_module_names) <= {"bnlib", "numpy"}


def test_importing_bnlib_gives_the_numeric_part_of_the_contract():
    import bnlib

    contract = "batch_norm batch_norm_backward BatchNorm fold MLP fit accuracy reestimate Linear"
    assert set(contract.split()) <= set(bnlib.__all__)
    for name in bnlib.__all__:
        assert getattr(bnlib, name) is not None


def test_importing_every_file_starts_no_thread():
    code = """
import importlib, pkgutil, threading, bnlib
for module in pkgutil.walk_packages(bnlib.__path__, "bnlib."):
    importlib.import_module(module.name)
print(threading.active_count())
"""
    assert in_a_new_process(code) == ["1"]


# --- sizes ---

MOST_LINES, MOST_LINES_OF_A_FUNCTION = 200, 40
# 58: norms.py, with layer, group, instance and RMS norm; 8: the products of wide layers in a browser
MOST_CODE_OF_THE_NUMBERS = 729 + 58 + 8


def code_lines(path):
    """The lines of a file that hold code: no comment, no docstring, not blank."""
    text = path.read_text(encoding="utf-8")
    documented = set()
    for node in tree(path):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            documented |= set(range(node.lineno, node.end_lineno + 1))
    layout = tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in layout:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


def test_the_count_of_code_knows_what_is_none(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(
        '"""A file."""\n\n\ndef f(x):\n    """A function,\n    of x."""\n    # why\n    return (\n        x\n    )\n'
    )
    assert code_lines(path) == 4


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_a_file_and_its_functions_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    for node in tree(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < MOST_LINES_OF_A_FUNCTION, node.name


def test_the_numbers_are_read_in_an_evening():
    files = [PACKAGE / f"{name}.py" for name in WINGS["numbers"]]
    assert sum(map(code_lines, files)) <= MOST_CODE_OF_THE_NUMBERS
