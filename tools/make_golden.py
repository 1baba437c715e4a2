"""Write tests/golden/batchnorm.npz: what PyTorch's BatchNorm1d makes of 600 random cases, in float64.

Run `python tools/make_golden.py` where PyTorch is installed. Every output is stored in full. The inputs are not: a test
draws them again by tests/golden/cases.py, and compares their checksums with the stored ones.
"""

import sys
from pathlib import Path

import numpy as np
import torch

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
sys.path.insert(0, str(GOLDEN.parent))

from golden.cases import by_torch, checksum, output_shapes, random_case  # noqa: E402

COUNT = 600


def main():
    values, checksums = [], []
    for case in map(random_case, range(COUNT)):
        expected = by_torch(case)
        values += [expected[name].ravel() for name in output_shapes(case)]
        checksums.append(checksum(case))
    path = GOLDEN / "batchnorm.npz"
    checksums = np.array(checksums, dtype=np.uint32)
    np.savez_compressed(path, values=np.concatenate(values), checksums=checksums, torch=np.array(torch.__version__))
    print(f"{path.name}: {COUNT} cases, {path.stat().st_size / 1e6:.2f} MB, PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
