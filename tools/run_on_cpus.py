"""Run the notebooks' tests on every kind of processor that this one can play, with one and with two threads.

    python tools/run_on_cpus.py --nbval --nbval-current-env --nbval-cell-timeout=60 notebooks

Arguments go to pytest. OpenBLAS and numpy choose their loops by processor, and other loops round differently: stored
outputs have to be the same on all of them. OpenBLAS ignores a name that it does not know, so the name is read back.
"""

import json
import os
import subprocess
import sys

NUMPY_LIMITED = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
READ_BACK = """
import json, threadpoolctl
from numpy._core._multiarray_umath import __cpu_features__ as features
blas = next(pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas")
print(json.dumps([blas.get("architecture"), blas["num_threads"], features.get("X86_V3"), features.get("X86_V4")]))
"""


def environment(core, limit, threads):
    names = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NPY_DISABLE_CPU_FEATURES")
    kept = {name: value for name, value in os.environ.items() if name not in names}
    chosen = {"OPENBLAS_CORETYPE": core, "NPY_DISABLE_CPU_FEATURES": limit, "OPENBLAS_NUM_THREADS": str(threads)}
    return kept | {name: value for name, value in chosen.items() if value}


def read_back(variables):
    """What is in use: OpenBLAS's core and number of threads, and whether numpy uses its AVX2 and its AVX-512 loops."""
    command = [sys.executable, "-c", READ_BACK]
    return json.loads(subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout)


def run(core, limit, threads):
    """Run pytest; return a line about it, and whether it passed."""
    variables = environment(core, limit, threads)
    in_use, threads_in_use, avx2, avx512 = read_back(variables)
    title = f"{core or f'as it is ({in_use})'}{', numpy limited' if limit else ''}, {threads} threads"
    if (core and in_use != core) or threads_in_use != threads or (limit and (avx2 or avx512)):
        return f"{title}: NOT RUN, in use is {in_use} with {threads_in_use} threads", False
    # Two kernels with two threads each would wait for each other on two cores.
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", str(2 // threads), "--dist", "loadfile"]
    code = subprocess.run([*pytest, *sys.argv[1:]], env=variables).returncode
    return f"{title}: {'passed' if code == 0 else f'FAILED, pytest returned {code}'}", code == 0


def main():
    processors = [(None, None), ("Haswell", None), ("Nehalem", None), ("Haswell", NUMPY_LIMITED)]
    core, _, _, avx512 = read_back(environment(None, None, 1))
    if avx512 and core != "SkylakeX":
        processors.append(("SkylakeX", None))
    results = [run(*processor, threads) for processor in processors for threads in (1, 2)]
    print(*(line for line, _ in results), sep="\n")
    if not avx512:
        print("SkylakeX: not run, this processor has no AVX-512")
    sys.exit(not all(passed for _, passed in results))


if __name__ == "__main__":
    main()
