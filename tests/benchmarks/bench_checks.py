"""Times the check of each exercise's right answer: milliseconds of CPU time.

The first check in a kernel, which may build what the later ones keep, and the median of those after it; medians over
new processes that have imported what a lesson imports. The clinic: as if no cell had shown its patients before.

python tests/benchmarks/bench_checks.py [--rounds 7] [NAME ...]
"""

import argparse
import contextlib
import io
import json
import subprocess
import sys
import time
from statistics import median

import bnlib.pictures  # noqa: F401, what every lesson imports
from bnlib import exercises

LATER = 5  # checks after the first
LIMIT = 50


def cpu_time(exercise):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        start = time.process_time()
        exercise.check(exercise.solve)
        taken = time.process_time() - start
    assert said.getvalue().startswith("Right"), said.getvalue()
    return 1e3 * taken


def times(names):
    """Of each exercise: its first check in this process, and the median of the later ones."""
    cpu_time(exercises.normalize)  # loads what all checks share
    found = {}
    for name in names:
        first, *later = [cpu_time(exercises.ALL[name]) for _ in range(1 + LATER)]
        found[name] = first, median(later)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of an exercise (default: all)")
    parser.add_argument("--rounds", type=int, default=7, help="new processes (default 7)")
    parser.add_argument("--once", action="store_true", help="print the times of this process, as JSON")
    options = parser.parse_args()
    names = options.names or list(exercises.ALL)
    if options.once:
        return print(json.dumps(times(names)))
    command = [sys.executable, __file__, "--once", *names]
    rounds = [json.loads(subprocess.check_output(command)) for _ in range(options.rounds)]
    found = {name: [median(pair) for pair in zip(*(one[name] for one in rounds), strict=True)] for name in names}
    print(f"{'ms of CPU time':30} {'first':>7} {'later':>6}")
    for name, pair in sorted(found.items(), key=lambda item: -max(item[1])):
        print(f"{name:30} {pair[0]:7.1f} {pair[1]:6.1f}{'' if max(pair) < LIMIT else f'  over {LIMIT}'}")


if __name__ == "__main__":
    main()
