"""Training: mini-batches, and `fit`."""

import math

import numpy as np

from .batchnorm import BatchNorm
from .batchnorm import check_finite as raise_unless_finite
from .elementwise import ACTIVATIONS, Dropout
from .history import SUMMARIES, History, summaries
from .linear import Linear
from .losses import check_labels, cross_entropy_gradient, cross_entropy_value, mse_gradient, mse_value
from .sgd import SGD

LOSSES = {"cross_entropy": (cross_entropy_gradient, cross_entropy_value), "mse": (mse_gradient, mse_value)}
LAYERS = {Linear, BatchNorm, Dropout, *ACTIVATIONS.values()}
CACHE = 8e6  # bytes
STEPS_TOGETHER = 50


class Training:
    """A training run that can be advanced some steps at a time. Arguments: those of `fit`, without the length."""

    def __init__(
        self,
        model,
        x,
        labels,
        *,
        batch_size,
        lr,
        sgd_momentum=0.9,
        weight_decay=0.0,
        loss="cross_entropy",
        validation=None,
        record=(),
        rng,
        check_finite=True,
    ):
        if loss not in LOSSES:
            raise ValueError(f"loss must be one of {list(LOSSES)}, but it is {loss!r}")
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, such as np.random.default_rng(0); got {rng!r}")
        self.loss_gradient, self.loss_value = LOSSES[loss]
        self.classify = loss == "cross_entropy"
        self.x, self.labels = self.checked(model, x, labels, check_finite)
        self.validation = None if validation is None else self.checked(model, *validation, check_finite)
        self.n = self.x.shape[-2]
        smallest = 2 if model.batch_norm_layers() else 1
        if not (isinstance(batch_size, (int, np.integer)) and smallest <= batch_size <= self.n):
            raise ValueError(
                f"batch_size must be a whole number from {smallest} to {self.n} (all examples), but it is {batch_size}"
            )
        with np.errstate(over="ignore"):
            rates = np.asarray(lr, model.dtype)
        if not (np.all(np.isfinite(rates)) and np.all(rates >= 0) and rates.shape in ((), (model.replicas,))):
            raise ValueError(
                f"lr must be a number, 0 or larger and finite in {model.dtype} (or one a replica), but it is {lr}"
            )
        if not 0 <= sgd_momentum < 1:
            raise ValueError(f"sgd_momentum must be at least 0 and less than 1, but it is {sgd_momentum}")
        if not 0 <= weight_decay < np.inf:
            raise ValueError(f"weight_decay must be a finite number, 0 or larger, but it is {weight_decay}")
        record = tuple(record)
        for name in record:
            if name not in SUMMARIES and (isinstance(name, str) or not 0 <= name <= 100):
                raise ValueError(f"record takes {tuple(SUMMARIES)} and percentiles from 0 to 100, but not {name!r}")
        self.model, self.batch_size = model, int(batch_size)
        self.rngs = [rng] if model.replicas is None else rng.spawn(model.replicas)
        self.sgd = SGD(model, lr, sgd_momentum, weight_decay)
        self.history = History(record)
        self.steps_done, self.steps_per_epoch = 0, self.n // self.batch_size
        self.safe = model.state.copy()  # after the last forward pass with a finite loss
        self.frozen = np.zeros(model.state.shape[:-1], dtype=bool)

    def checked(self, model, x, labels, check_finite):
        """x and labels (or targets) as arrays that fit the model, or an error."""
        x, labels = np.asarray(x), np.asarray(labels)
        model.layers[0].check(x)
        if not x.shape[-2]:
            raise ValueError(f"x has shape {x.shape}: there is no example in it")
        if check_finite:
            raise_unless_finite(x)
        expected = x.shape[-2:-1] if self.classify else (x.shape[-2], model.sizes[-1])
        if labels.shape not in (expected, (model.replicas, *expected)):
            raise ValueError(f"x has shape {x.shape}: it needs labels of shape {expected}, but got {labels.shape}")
        if self.classify:
            check_labels(labels, model.sizes[-1])
        elif labels.dtype != model.dtype:
            raise TypeError(f"the model is {model.dtype}, but the targets are {labels.dtype}: convert one of them")
        elif check_finite:
            raise_unless_finite(labels, "targets")
        return np.ascontiguousarray(x), np.ascontiguousarray(labels)

    def advance(self, steps):
        """Train for some steps more, and return the history of all steps so far."""
        self.model.train()
        self.blocks = blocks_of(self.model, self.batch_size)
        last = self.steps_done + steps
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # divergence is an outcome, no accident
            try:
                self.train_until(last)
            finally:  # also when interrupted
                self.set_back()
        return self.history

    def set_back(self):
        """Set back the replicas that have overflowed in the last update, which no loss has shown yet."""
        overflowed = ~np.isfinite(self.model.state).all(axis=-1)
        self.frozen |= overflowed
        self.model.state[overflowed] = self.safe[overflowed]

    def train_until(self, last):
        while self.steps_done < last:
            in_epoch = self.steps_done % self.steps_per_epoch
            if in_epoch == 0:  # every epoch is shuffled anew, and its incomplete last batch is left out
                orders = [rng.permutation(self.n)[: self.steps_per_epoch * self.batch_size] for rng in self.rngs]
                self.batches = np.stack(orders, axis=1).reshape(self.steps_per_epoch, self.batch_size, -1).mT
            steps = min(last - self.steps_done, self.steps_per_epoch - in_epoch, STEPS_TOGETHER)
            self.train_blocks(self.batches[in_epoch : in_epoch + steps])
            if self.validation is not None and self.steps_done % self.steps_per_epoch == 0:
                self.validate()

    def train_blocks(self, rows):
        """Train for the mini-batches in rows, (steps, replicas, batch_size): all steps of a block of replicas, then the
        next block. Replicas know nothing of each other, so this changes no bit; and what a block needs stays in cache.
        """
        pieces = []
        for block in self.blocks:
            whole = block is ...
            model = self.model if whole else self.model.part(block)
            with self.sgd if whole else self.sgd.part(model, block) as sgd:
                pieces.append(self.train(model, sgd, block, rows[:, block] if self.model.replicas else rows[:, 0]))
        for layer, trained in zip(self.model.batch_norm_layers(), model.batch_norm_layers(), strict=True):
            layer.batches_seen = trained.batches_seen
        for name in pieces[0]:
            self.history.add(name, np.concatenate([piece[name] for piece in pieces], axis=min(1, self.frozen.ndim)))
        self.steps_done += len(rows)

    def train(self, model, sgd, block, rows):
        """Train a block of replicas. Returns the pieces of its history: name -> (steps, ...)."""
        x, x_rows = in_block(self.x, self.x.ndim == 3, block, rows)
        labels, label_rows = in_block(self.labels, self.labels.ndim == (2 if self.classify else 3), block, rows)
        safe, frozen, frozen_at = self.safe[block], self.frozen[block], np.zeros(rows.shape[:-1], dtype=bool)
        needed, recorded, any_frozen = [], {}, frozen.any()
        for step in range(len(rows)):
            outputs = [] if self.history.record else None
            logits = model.forward(x.take(x_rows[step], axis=0), outputs)
            gradient, *of_loss = self.loss_gradient(logits, labels.take(label_rows[step], axis=0))
            needed.append(of_loss)
            # One number that is finite only if the loss and the running statistics are: nearly always, and at once.
            if any_frozen or not math.isfinite(sum_of_squares(of_loss[0]) + sum_of_squares(model.statistics)):
                self.freeze(model, block, of_loss, self.steps_done + step)
                any_frozen, frozen_at[step] = frozen.any(), frozen
            if self.history.record:
                for layer, pair in enumerate(self.hidden(outputs)):
                    for name, values in summaries(self.history.record, *pair).items():
                        if any_frozen:
                            values[frozen] = np.nan
                        recorded.setdefault((name, layer), []).append(values)
            np.copyto(safe, model.state)
            model.backward(gradient, input_gradient=False)
            sgd.step()
            if any_frozen:
                model.state[frozen] = safe[frozen]
        needed = [np.stack(of_steps) for of_steps in zip(*needed, strict=True)]
        loss = self.loss_value(*needed)
        loss[frozen_at] = np.nan
        pieces = {"loss": loss}
        if self.classify:
            pieces["accuracy"] = share_right(needed[0].mT, needed[-1], loss)
        return pieces | {name: np.stack(of_steps) for name, of_steps in recorded.items()}

    def freeze(self, model, block, of_loss, step):
        """Freeze the replicas of a block whose loss or statistics are not finite, at their last finite state."""
        frozen, first = self.frozen[block], 0 if block is ... else block.start
        frozen |= ~(np.isfinite(self.loss_value(*of_loss)) & np.isfinite(model.statistics).all(axis=-1))
        for replica in np.flatnonzero(frozen):
            self.history.diverged.setdefault(int(first + replica), step)
        model.state[frozen] = self.safe[block][frozen]

    def hidden(self, outputs):
        """For each hidden layer: the output of its linear part, and what enters its activation."""
        starts = [i for i, layer in enumerate(self.model.layers) if isinstance(layer, Linear)][:-1]
        first = 1 if self.model.normalizes_first else 0
        return [(outputs[i], outputs[i + first]) for i in starts]

    def validate(self):
        self.set_back()
        x, labels = self.validation
        outputs, _ = self.model.passed_unchecked(x, "running")
        _, *of_loss = self.loss_gradient(outputs, labels)
        loss = self.loss_value(*of_loss)
        self.history.add("validation_loss", loss[None])
        if self.classify:
            self.history.add("validation_accuracy", share_right(outputs, labels, loss)[None])
        self.history.validation_steps.append(self.steps_done)


def blocks_of(model, batch_size):
    """The replicas to train side by side, as slices: so many that what a step touches fits into CACHE.

    All of them where a layer is of another class than ours, and may have something in common for all replicas.
    """
    replicas, sizes = model.replicas, model.sizes
    if replicas is None or not {type(layer) for layer in model.layers} <= LAYERS:
        return [...]
    weights = sum(math.prod(pair) for pair in zip(sizes[:-1], sizes[1:], strict=True))
    values = 4 * weights + batch_size * (sizes[0] + 8 * sum(sizes[1:]))  # 4: gradient, velocity and safe copy, too
    blocks = min(replicas, math.ceil(replicas * values * model.dtype.itemsize / CACHE))
    size = math.ceil(replicas / blocks)
    return [slice(start, start + size) for start in range(0, replicas, size)] if blocks > 1 else [...]


def in_block(array, per_replica, block, rows):
    """An array (n, ...), or (replicas, n, ...) if per_replica, as one list, and where in it the rows of a block are."""
    if not per_replica:
        return array, rows
    array = array[block]
    replicas, n = array.shape[:2]
    return array.reshape(replicas * n, *array.shape[2:]), rows + n * np.arange(replicas)[:, None]


def sum_of_squares(x):
    return np.vdot(x, x)


def share_right(outputs, labels, loss):
    """Accuracy of a batch, and NaN where the loss is."""
    return np.where(np.isnan(loss), np.nan, (outputs.argmax(axis=-1) == labels).mean(axis=-1))


def fit(model, x, labels, *, epochs=None, steps=None, progress=None, **settings):
    """Train a model by stochastic gradient descent with momentum, and return the `History`.

    x: (n, features), or (replicas, n, features) for data of its own for each replica; labels: (n,) or (replicas, n)
    integers for loss="cross_entropy", (n, outputs) or (replicas, n, outputs) targets for loss="mse". Either epochs or
    steps says how long. batch_size: examples a step; every epoch is shuffled anew, replica r by
    rng.spawn(replicas)[r], and its incomplete last batch is left out. lr: learning rate, a number or (replicas,);
    sgd_momentum, weight_decay: see `SGD`. validation: (x, labels) to evaluate after each epoch. record: any of "mean",
    "std" and percentiles (numbers) of what enters each hidden activation, "z_mean" and "z_std" of the linear outputs,
    per step and unit. progress: called as progress(done, total) about a hundred times. check_finite=False lets NaN and
    infinity in. A replica whose loss is not finite is set back to its last finite state and stays there: see
    `History.diverged`. The model is left in training mode. Raises ValueError or TypeError for input that does not fit,
    with the model untouched.
    """
    if (epochs is None) == (steps is None):
        raise ValueError(f"give either epochs or steps, and not both: got epochs={epochs}, steps={steps}")
    length = steps if epochs is None else epochs
    if not isinstance(length, (int, np.integer)) or length < 1:
        raise ValueError(f"a run has a whole number of steps or epochs, 1 or more: got epochs={epochs}, steps={steps}")
    if progress is not None and not callable(progress):
        raise TypeError(f"progress is called as progress(done, total), but it is {progress!r}")
    training = Training(model, x, labels, **settings)
    total = steps if epochs is None else epochs * training.steps_per_epoch
    if progress is None:
        training.advance(total)
    else:
        marks = np.unique(np.linspace(0, total, min(total, 100) + 1).astype(int))
        for before, done in zip(marks[:-1], marks[1:], strict=True):
            training.advance(int(done - before))
            progress(int(done), total)
    return training.history
