"""The referee: ask every claim of the lessons again with other seeds, at another learning rate and for longer.

    python tools/robust.py notebooks/*.ipynb notebooks/deeper/*.ipynb

A claim is an assertion whose message is a sentence: assert condition, "claim in words". A lesson takes part by a cell
with the tag `parameters` that sets SEED, RATE and LENGTH. Its code cells run again, statement by statement, once with
each other setting; a failed assertion is noted, and the lesson goes on. Each claim must hold at the lesson's own
setting and in nine of ten others. An assertion without a message is an identity: it is listed only where it fails, by
the same rule. A lesson without the tag runs once, as it is.
"""

import argparse
import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

NEEDED = 0.9  # the share of the other settings in which a claim must hold
ASKED = 5  # a claim may be left out where its condition does not hold, but not almost everywhere
SECONDS = 600  # more than any lesson needs; then its child is stopped
SHOWN = 5  # of what could not run: the first failure brings the others with it
OWN = {}  # the lesson's own setting: nothing is changed


class Reporting(ast.NodeTransformer):
    """Makes each assertion of a cell report its result instead of raising; `found` has the key and words of each."""

    def __init__(self, cell):
        self.cell, self.found = cell, {}

    def visit_Assert(self, node):
        key = f"{self.cell}:{node.lineno}:{node.col_offset}"
        message = node.msg.value if isinstance(node.msg, ast.Constant) else None
        self.found[key] = {"claim": message, "line": f"assert {ast.unparse(node.test)}"}
        call = ast.Call(ast.Name("__report__", ast.Load()), [ast.Constant(key), node.test], [])
        return ast.fix_missing_locations(ast.copy_location(ast.Expr(call), node))


def statements(path):
    """Each statement of the code cells (its assertions report), its first line, these, and whether it ends the tag."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells):
        source = re.sub(r"^[%!].*$", "", cell.source, flags=re.MULTILINE)
        body = ast.parse(source).body
        for statement in body:
            reporting = Reporting(number)
            first_line = ast.unparse(statement).splitlines()[0]
            changed = reporting.visit(statement)
            tagged = "parameters" in cell.metadata.get("tags", []) and statement is body[-1]
            yield changed, first_line, reporting.found, tagged


def judge(path, setting):
    """Run a lesson with one setting: whether each assertion that was reached held, and which statements raised."""
    held, raised = {}, []

    def report(key, condition):
        held[key] = bool(condition) and held.get(key, True)

    namespace = {"__name__": "__main__", "__report__": report, "display": lambda *values, **options: None}
    for statement, first_line, found, tagged in statements(path):
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                exec(compile(ast.Module([statement], []), path, "exec"), namespace)
        except Exception as error:
            raised.append(f"{first_line[:60]}: {type(error).__name__}: {error}")
            held.update(dict.fromkeys(found, False))
        if tagged:
            namespace.update(setting)
    return {"held": held, "raised": raised}


def judge_in_a_child(path, setting):
    """The same in a process of its own, in the lesson's folder, since a lesson may leave anything behind."""
    command = [sys.executable, str(Path(__file__).resolve()), "--once", json.dumps(setting), path.name]
    variables = {"OPENBLAS_NUM_THREADS": "1"} | os.environ | {"MPLBACKEND": "agg"}
    try:
        child = subprocess.run(
            command, cwd=path.parent, env=variables, stdout=subprocess.PIPE, text=True, timeout=SECONDS
        )
        return json.loads(child.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        return {"held": {}, "raised": [f"the whole lesson: {type(error).__name__}"]}


def name(setting):
    return ", ".join(f"{key} {value:g}" for key, value in setting.items() if value != {"SEED": 0}.get(key, 1))


def settings_of(arguments):
    """Each root at the lesson's own rate and length; each other rate and length with SEED 0 and with the first root.

    Two seeds: a claim that another rate breaks does not pass by nine of ten.
    """
    chosen = [(root, 1.0, 1.0) for root in arguments.roots]
    seeds = [0, *arguments.roots[:1]]
    chosen += [(seed, rate, 1.0) for rate in arguments.rates for seed in seeds]
    chosen += [(seed, 1.0, length) for length in arguments.lengths for seed in seeds]
    return [dict(zip(("SEED", "RATE", "LENGTH"), setting, strict=True)) for setting in chosen]


def verdict(results):
    """Of True, False and None (not asked) in the lesson's setting and the others: good, here, elsewhere."""
    here, *others = results
    asked = [held for held in others if held is not None]
    good = here is True and sum(asked) >= NEEDED * len(asked) and len(asked) >= min(ASKED, len(others))
    return good, {True: "yes", False: "NO", None: "not asked"}[here], f"{sum(asked)} of {len(asked)}"


def report(path, settings, judged):
    """Print what the referee found about a lesson; return its number of claims and whether all is well."""
    found, tagged = {}, False
    for *_, assertions, ends_the_tagged_cell in statements(path):
        found |= assertions
        tagged |= ends_the_tagged_cell
    claims, good = 0, True
    for key, words in found.items():
        results = [result["held"].get(key) for result in judged]
        claims += words["claim"] is not None
        if words["claim"] is None and False not in results:
            continue
        well, here, elsewhere = verdict(results)
        failed = [name(setting) for setting, held in zip(settings[1:], results[1:], strict=True) if held is False]
        good &= well
        print(
            f"{path.stem}  {'  ' if well else '! '}{here:10} {elsewhere if settings[1:] else 'one setting only':17}"
            f" {words['claim'] or 'identity: ' + words['line']}{' | fails at ' + '; '.join(failed) if failed else ''}"
        )
    raised = list(dict.fromkeys(line for result in judged for line in result["raised"]))
    for line in raised[:SHOWN]:
        ran = [line not in result["raised"] for result in judged]
        where = [name(setting) or "its own setting" for setting, did in zip(settings, ran, strict=True) if not did]
        good &= ran[0] and sum(ran[1:]) >= NEEDED * len(ran[1:])
        print(f"{path.stem}  ! could not run {line} | at {'; '.join(where)}")
    if raised[SHOWN:]:
        good = False
        print(f"{path.stem}  ! and {len(raised) - SHOWN} more")
    if tagged and not claims:
        good = False
        print(f"{path.stem}  ! has the tag `parameters` and no claim")
    return claims, good


def takes_part(path):
    return any(tagged for *_, tagged in statements(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument(
        "--roots", type=int, nargs="*", default=[1000, 2000, 3000, 4000, 5000, 6000], help="other SEEDs"
    )
    parser.add_argument("--rates", type=float, nargs="*", default=[0.5], help="other RATEs")
    parser.add_argument("--lengths", type=float, nargs="*", default=[2.0], help="other LENGTHs")
    parser.add_argument("--once", type=json.loads, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once is not None:
        print(json.dumps(judge(arguments.notebooks[0], arguments.once)))
        return
    settings = {path: [OWN, *(settings_of(arguments) if takes_part(path) else [])] for path in arguments.notebooks}
    print("lesson, holds here, holds elsewhere, claim | where it fails")
    with ThreadPoolExecutor(2) as pool:
        judged = {
            path: [pool.submit(judge_in_a_child, path, setting) for setting in settings[path]] for path in settings
        }
        results = [report(path, settings[path], [one.result() for one in judged[path]]) for path in settings]
    good = all(well for _, well in results)
    print(f"{sum(claims for claims, _ in results)} claims; {'all is well' if good else 'NOT all is well'}")
    sys.exit(not good)


if __name__ == "__main__":
    main()
