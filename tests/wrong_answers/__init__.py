"""Ten wrong answers to each exercise, as learners write them; each says its true cause in its first line.

They were written before the catalogue of mistakes was read: so they measure how much of what people write it names.
A class is only a name for its ten functions: that of the exercise.
"""

import inspect

from . import (
    at_test_time,
    backward_pass,
    covariate_shift,
    folding_freezing_saving,
    in_a_network,
    noise_and_batch_size,
    normalization,
    one_batch_or_two,
    other_norms,
    practice,
    residual_nets,
    scale_and_shift,
    training_at_scale,
)

LESSONS = (
    *(normalization, scale_and_shift, in_a_network, at_test_time, covariate_shift),
    *(backward_pass, folding_freezing_saving, noise_and_batch_size, other_norms, practice),
    *(training_at_scale, residual_nets, one_batch_or_two),
)
ANSWERS = {
    name: {key: value for key, value in vars(group).items() if inspect.isfunction(value)}
    for lesson in LESSONS
    for name, group in vars(lesson).items()
    if inspect.isclass(group)
}
