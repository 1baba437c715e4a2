"""Times a training step of small nets, and batch normalization alone, in bnlib and in the big frameworks.

All contestants are asked in turn, many times over, so that whatever else the machine does hits them alike; reported
are medians, and medians of the ratios within one round. Writes results.json and the tables of README.md.

python tests/benchmarks/bench.py [--rounds 21] [--starts 5] [--folder tests/benchmarks] [--before CHECKOUT]

--before: a checkout of an older version, whose steps are timed in the same rounds. `git worktree add build/before TAG`.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
NETS = {
    "2-32-32-2, batch 32": {"sizes": [2, 32, 32, 2], "batch": 32},
    "64-100-100-100-10, batch 60": {"sizes": [64, 100, 100, 100, 10], "batch": 60},
    "768-64-64-2, batch 64": {"sizes": [768, 64, 64, 2], "batch": 64},
}
# name in the tables: library (a process of its own), function in contestants.py
SINGLE = {
    "bnlib": ("bnlib", "ours"),
    "PyTorch eager": ("torch", "torch_eager"),
    "torch.compile": ("torch", "torch_compile"),
    "JAX jit, step by step": ("jax", "jax_step_by_step"),
    "JAX jit of the whole loop": ("jax", "jax_loop"),
    "Keras on JAX, fit": ("keras", "keras_fit"),
    "scikit-learn (no BN)": ("sklearn", "sklearn_fit"),
    "matrix products alone": ("bnlib", "products"),
}
REPLICAS = {
    "bnlib": ("bnlib", "ours"),
    "JAX jit of the whole loop, vmap": ("jax", "jax_loop"),
    "matrix products alone": ("bnlib", "products"),
}
BATCH_NORM = {
    "bnlib": ("bnlib", "ours_batch_norm"),
    "PyTorch": ("torch", "torch_batch_norm"),
    "one read, one write": ("bnlib", "read_and_write"),
}
SHAPES = (32, 16), (64, 100), (256, 512), (4096, 512)
SEEDS, STEPS = 20, 30  # steps come in whole epochs
VISIT = 0.04  # seconds
# (what, against, at most so many times its time), for the three nets
TARGETS = (
    ("single", "PyTorch eager", (0.38, 0.48, 0.48)),
    ("single", "JAX jit, step by step", (1.1, 1.1, 1.1)),
    ("replica", "PyTorch eager", (1 / 15, 1 / 3, 1 / 2)),
    ("replica", "JAX jit of the whole loop, vmap", (1.5, 1.5, 1.5)),
    ("replica", "matrix products alone", (None, 2, 1.5)),
    ("single", "bnlib before", (1.1, 1.1, 1.1)),
    ("replica", "bnlib before", (1.1, 1.1, 1.1)),
)


class Worker:
    """A process that runs the contestants of one library with a given number of threads."""

    def __init__(self, threads, folder):
        """folder: from which `bnlib` is imported."""
        self.process = subprocess.Popen(
            [sys.executable, HERE / "contestants.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(threads) | {"PYTHONPATH": str(folder)},
        )

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def environment(threads):
    """As numpy finds it at a reader's: OpenBLAS may choose its core. For XLA, NPROC is the number of threads."""
    env = {name: value for name, value in os.environ.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    names = "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"
    env |= dict.fromkeys(names, str(threads))
    env["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if threads == 1:
        env["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return env


def contests(before):
    """(group, threads, case, name, library, contestant, settings) of all that is timed in alternation."""
    older = {"bnlib before": ("bnlib before", "ours")} if before else {}
    for threads in (1, 2):
        for net, settings in NETS.items():
            for name, (library, contestant) in (SINGLE | older).items():
                yield "single", threads, net, name, library, contestant, settings
            for name, (library, contestant) in (REPLICAS | older).items():
                yield "replica", threads, net, name, library, contestant, settings | {"replicas": SEEDS}
    for batch, features in SHAPES:
        for dtype in ("float32", "float64"):
            settings = {"batch": batch, "features": features, "dtype": dtype}
            for name, (library, contestant) in BATCH_NORM.items():
                yield "batch norm", 1, f"({batch}, {features}) {dtype}", name, library, contestant, settings


def measure(rounds, before=None):
    """key (group, threads, case, name) -> list of µs, one for each round; and what the processes say of themselves."""
    workers, plan, missing = {}, [], {}
    for group, threads, case, name, library, contestant, settings in contests(before):
        if (library, threads) not in workers:
            workers[library, threads] = Worker(threads, before if library == "bnlib before" else HERE.parents[1])
        worker = workers[library, threads]
        request = {"contestant": contestant, "settings": settings}
        first = worker.ask(steps=STEPS, **request)  # imports, and compiles
        if "missing" in first:
            missing[name] = first["missing"]
            continue
        steps = STEPS * max(1, round(VISIT / worker.ask(steps=STEPS, **request)["seconds"]))
        worker.ask(steps=steps, **request)
        plan.append(((group, threads, case, name), worker, request | {"steps": steps}))
        progress(f"warm: {len(plan)} contests")
    times, busy = {key: [] for key, *_ in plan}, {key: [] for key, *_ in plan}
    for count in range(rounds):
        for key, worker, request in plan:
            answer = worker.ask(**request)
            per_step = request["steps"] * request["settings"].get("replicas", 1)
            times[key].append(answer["seconds"] / per_step * 1e6)
            busy[key].append(answer["cpu"] / answer["seconds"])
        progress(f"round {count + 1} of {rounds}")
    about = {}
    for worker in workers.values():
        about |= {name: found for name, found in worker.ask(versions=True).items() if found}
        worker.close()
    return times, {key: median(values) for key, values in busy.items()}, about, missing


def start_up(repetitions):
    """name -> list of seconds from the import to the end of the first step, each time in a new process."""
    times = {}
    for count in range(repetitions + 1):  # the first one fills the disk cache
        for name, (_, contestant) in SINGLE.items():
            if name in ("matrix products alone", "JAX jit of the whole loop"):
                continue
            if name == "torch.compile" and count > 1:  # half a minute each
                continue
            env = environment(1) | {"PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}"}
            env["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"
            code = f"""
import time
start = time.perf_counter()
import contestants
contestants.BATCHES = 1
contestants.{contestant}(**{NETS["2-32-32-2, batch 32"]})(1)
print(time.perf_counter() - start)
"""
            done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
            if done.returncode == 0 and count:
                times.setdefault(name, []).append(float(done.stdout.split()[-1]))
        progress(f"start-up {count} of {repetitions}")
    return times


def ratio(ours, theirs):
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def progress(text):
    print(f"\r{text:60}", end="", file=sys.stderr, flush=True)


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def step_table(times, group, threads):
    """µs, and in brackets how many times as long as ours."""
    rows = []
    for name in SINGLE if group == "single" else REPLICAS:
        row = [name]
        for net in NETS:
            key, ours = (group, threads, net, name), times[group, threads, net, "bnlib"]
            if key not in times:
                row.append("not here")
            else:
                of_ours = "" if name == "bnlib" else f" ({number(ratio(times[key], ours))})"
                row.append(number(median(times[key])) + of_ours)
        rows.append(row)
    return table(["", *NETS], rows)


def batch_norm_table(times):
    rows = []
    for case in dict.fromkeys(case for group, _, case, _ in times if group == "batch norm"):
        ours, theirs, floor = (times.get(("batch norm", 1, case, name)) for name in BATCH_NORM)
        row = [case, number(median(ours)), number(median(floor)), number(ratio(ours, floor))]
        rows.append([*row, *([number(median(theirs)), f"{ratio(ours, theirs):.2f}"] if theirs else ["not here", ""])])
    return table(["", "bnlib, µs", "one read, one write", "bnlib / it", "PyTorch", "bnlib / PyTorch"], rows)


def target_table(times, starts):
    """Each target, the measured ratio for one and two threads, and whether the worse of both meets it."""
    rows = []
    for group, name, limits in TARGETS:
        for net, limit in zip(NETS, limits, strict=True):
            theirs = group if (group, 1, net, name) in times else "single"
            if limit is None or (theirs, 1, net, name) not in times:
                continue
            found = [ratio(times[group, n, net, "bnlib"], times[theirs, n, net, name]) for n in (1, 2)]
            what = "a step" if group == "single" else "a step of one replica of 20"
            rows.append([f"{what}, {net}: against {name}", limit, found])
    for name in ("PyTorch eager", "JAX jit, step by step"):
        if name in starts:
            rows.append([f"start-up: against {name}", 1 / 5, [median(starts["bnlib"]) / median(starts[name])]])
    for case in dict.fromkeys(case for group, _, case, _ in times if group == "batch norm"):
        if ("batch norm", 1, case, "PyTorch") in times:
            limit = 1.6 if case in ("(256, 512) float32", "(4096, 512) float32") else 1.0
            pair = (times["batch norm", 1, case, who] for who in ("bnlib", "PyTorch"))
            rows.append([f"batch normalization alone, {case}: against PyTorch", limit, [ratio(*pair)]])
    lines = []
    for what, limit, found in rows:
        shown = [f"{value:.2f}" for value in found] + [""] * (2 - len(found))
        lines.append([what, f"{limit:.2f}", *shown, verdict(found, limit)])
    return table(["target", "at most", "measured, 1 thread", "2 threads", ""], lines)


def verdict(found, limit):
    return "met" if max(found) <= limit else "met with one thread" if found[0] <= limit else "missed"


def report(times, starts, about, missing):
    sections = {
        "machine": "\n".join(f"- {name}: {value}" for name, value in about.items())
        + "".join(f"\n- not here: {name} ({why})" for name, why in missing.items()),
        "targets": target_table(times, starts),
        "a step": "\n\n".join(f"{n} thread{'s' * (n > 1)}:\n\n{step_table(times, 'single', n)}" for n in (1, 2)),
        "a replica": "\n\n".join(f"{n} thread{'s' * (n > 1)}:\n\n{step_table(times, 'replica', n)}" for n in (1, 2)),
        "start-up": table(
            ["", "seconds", "times ours"],
            [[name, f"{median(t):.2f}", f"{median(t) / median(starts['bnlib']):.1f}"] for name, t in starts.items()],
        ),
        "batch normalization": batch_norm_table(times),
    }
    return {f"bench: {name}": text for name, text in sections.items()}


def write_sections(path, sections):
    """Put each text between its two marks in a Markdown file."""
    page = path.read_text(encoding="utf-8")
    for name, text in sections.items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, rest = page.split(start)
        page = before + start + text + "\n" + rest[rest.index(end) :]
    path.write_text(page, encoding="utf-8")


def processor():
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return platform.processor() or "unknown"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21, help="how often each contestant is timed")
    parser.add_argument("--starts", type=int, default=5, help="how often each is started anew")
    parser.add_argument("--before", type=Path, help="a checkout of an older version")
    parser.add_argument("--folder", type=Path, default=HERE, help="where README.md is, and results.json goes")
    options = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    times, busy, found, missing = measure(options.rounds, options.before)
    starts = start_up(options.starts)
    about = {
        "date": time.strftime("%Y-%m-%d"),
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "load before the run": load,
        "Python": platform.python_version(),
        **found,
        "rounds": options.rounds,
    }
    sections = report(times, starts, about, missing)
    print("\n\n".join(f"{name}\n\n{text}" for name, text in sections.items()))
    write_sections(options.folder / "README.md", sections)
    results = {
        "about": about,
        "microseconds": [[*key, values] for key, values in times.items()],
        "cpu seconds a second": [[*key, round(value, 2)] for key, value in busy.items()],
        "start-up seconds": starts,
    }
    (options.folder / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
