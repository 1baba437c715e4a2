"""Write tests/golden/batchnorm.npz and norms.npz: what PyTorch's BatchNorm1d makes of 600 random cases, and its other
norms of 300, in float64.

Run `python tools/make_golden.py` where PyTorch is installed. Every output is stored in full. The inputs are not: a test
draws them again by tests/golden/cases.py and norm_cases.py, and compares their checksums with the stored ones.
"""

import sys
from pathlib import Path

import numpy as np
import torch

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
sys.path.insert(0, str(GOLDEN.parent))

from golden import cases, norm_cases  # noqa: E402


def main():
    store("batchnorm.npz", cases, map(cases.random_case, range(600)))
    store("norms.npz", norm_cases, map(norm_cases.random_norm_case, range(300)))


def store(name, module, drawn):
    values, checksums = [], []
    for case in drawn:
        expected = module.by_torch(case)
        values += [expected[output].ravel() for output in module.output_shapes(case)]
        checksums.append(module.checksum(case))
    path = GOLDEN / name
    checksums = np.array(checksums, dtype=np.uint32)
    np.savez_compressed(path, values=np.concatenate(values), checksums=checksums, torch=np.array(torch.__version__))
    print(f"{name}: {len(checksums)} cases, {path.stat().st_size / 1e6:.2f} MB, PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
