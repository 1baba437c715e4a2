"""What a training run leaves behind."""

import numpy as np

SUMMARIES = {
    "mean": lambda z, entering: entering.mean(axis=-2),
    "std": lambda z, entering: entering.std(axis=-2),
    "z_mean": lambda z, entering: z.mean(axis=-2),
    "z_std": lambda z, entering: z.std(axis=-2),
}


class History:
    """What happened in a training run, step by step; with replicas, each array has a leading axis for them.

    loss, accuracy: (steps,), of each batch in training mode; accuracy is None for mse. validation_loss,
    validation_accuracy: (evaluations,), in eval mode, after the steps counted in validation_steps. diverged: dict,
    replica (0 for a single net) -> the step whose loss was not finite. recorded: dict, what `record` asked for -> a
    list over hidden layers of arrays (steps, features).
    """

    def __init__(self, record):
        self.record, self.validation_steps, self.diverged = checked(record), [], {}
        self.pieces = {}  # name -> list of arrays with an axis of steps in front

    def add(self, name, value):
        self.pieces.setdefault(name, []).append(np.asarray(value)[None])

    def cut(self, steps):
        """Forget what was added after so many steps, and after the last evaluation."""
        for name in self.pieces:
            evaluated = name in ("validation_loss", "validation_accuracy")
            self.pieces[name] = [self.joined(name)[: len(self.validation_steps) if evaluated else steps]]
        self.diverged = {net: step for net, step in self.diverged.items() if step < steps}

    def joined(self, name):
        self.pieces[name] = [np.concatenate(self.pieces[name])]
        return self.pieces[name][0]

    def whole(self, name, steps_axis=-1):
        return np.moveaxis(self.joined(name), 0, steps_axis).copy() if name in self.pieces else None

    loss = property(lambda self: self.whole("loss"))
    accuracy = property(lambda self: self.whole("accuracy"))
    validation_loss = property(lambda self: self.whole("validation_loss"))
    validation_accuracy = property(lambda self: self.whole("validation_accuracy"))

    @property
    def recorded(self):
        layers = max((name[1] + 1 for name in self.pieces if isinstance(name, tuple)), default=0)
        return {name: [self.whole((name, layer), -2) for layer in range(layers)] for name in self.record}


def checked(record):
    record = tuple(record) if np.iterable(record) and not isinstance(record, str) else (record,)
    for name in record:
        if name not in SUMMARIES and not (isinstance(name, int | float | np.number) and 0 <= name <= 100):
            raise ValueError(f"record takes {tuple(SUMMARIES)} and percentiles from 0 to 100, but not {name!r}")
    return record


def summaries(names, z, entering):
    """dict, name -> one number a unit over the batch, of the linear output z or of what enters the activation."""
    percentiles = [name for name in names if name not in SUMMARIES]
    found = {name: SUMMARIES[name](z, entering) for name in names if name in SUMMARIES}
    if percentiles:
        found |= zip(percentiles, np.percentile(entering, percentiles, axis=-2).astype(entering.dtype), strict=True)
    return found
