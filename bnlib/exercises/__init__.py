"""Exercises that name the mistake: `exercises.normalize.check(normalize)`, then `.hint()`, `.hint(2)`, `.solution()`.

One file a lesson; `report()` prints which of them this kernel has seen solved.
"""

from . import (
    backward,
    batch_gradient,
    clinic,
    company,
    covariate_shift,
    decay,
    descent,
    differences,
    fine_tuning,
    loading,
    momentum,
    network,
    noise,
    normalization,
    norms,
    practice,
    quantization,
    residual,
    rms_and_weights,
    running_averages,
    scale,
    scale_and_shift,
    serving,
    shared_batches,
    swap,
    test_time,
    workers,
    zero_gamma,
)
from .exercise import Exercise

LESSONS = (
    normalization,
    scale_and_shift,
    network,
    descent,
    momentum,
    test_time,
    running_averages,
    serving,
    clinic,
    covariate_shift,
    swap,
    backward,
    batch_gradient,
    differences,
    noise,
    workers,
    norms,
    rms_and_weights,
    practice,
    decay,
    fine_tuning,
    loading,
    scale,
    quantization,
    residual,
    zero_gamma,
    shared_batches,
    company,
)
ALL = {value.name: value for lesson in LESSONS for value in vars(lesson).values() if isinstance(value, Exercise)}
globals().update(ALL)
__all__ = ["ALL", "Exercise", "report", *ALL]


def report():
    """Print each exercise and how far this kernel has come: to be pasted into any form."""
    for name, exercise in ALL.items():
        print(f"{name:24} {exercise.state}")
    right = sum(exercise.state == "right" for exercise in ALL.values())
    print(f"{right} of {len(ALL)} right")
