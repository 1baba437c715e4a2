"""Training: one step after the other, and `fit`."""

import numpy as np

from . import checks
from .elementwise import Dropout
from .history import History, summaries
from .losses import unchecked_cross_entropy, unchecked_mse
from .mlp import MLP
from .sgd import SGD

LOSSES = {"cross_entropy": unchecked_cross_entropy, "mse": unchecked_mse}


class Training:
    """A training run that can be advanced some steps at a time. Arguments: those of `fit`, without the length.

    A step that is interrupted is undone, so the history, `steps_done`, the net and its statistics always agree, and the
    run goes on as if nothing had happened.
    """

    def __init__(self, model, x, labels, *, batch_size, lr, sgd_momentum=0.9, weight_decay=0.0, loss="cross_entropy",
                 validation=None, record=(), rng, check_finite=True):  # fmt: skip
        checks.kind("model", model, MLP)
        checks.choice("loss", loss, LOSSES)
        checks.generator(rng)
        self.model, self.loss, self.classify = model, LOSSES[loss], loss == "cross_entropy"
        self.x, self.labels = self.checked(x, labels, check_finite)
        if validation is not None and not (isinstance(validation, tuple | list) and len(validation) == 2):
            raise TypeError(f"validation must be a pair (x, labels), but it is of type {type(validation).__name__}")
        self.validation = None if validation is None else self.checked(*validation, check_finite)
        self.n = self.x.shape[-2]
        self.batch_size = checks.whole("batch_size", batch_size, 2 if model.batch_norm_layers() else 1, self.n)
        self.steps_done, self.steps_per_epoch = 0, self.n // self.batch_size
        self.history = History(record)
        self.sgd = SGD(model, lr, sgd_momentum, weight_decay)
        self.rngs = [rng] if model.replicas is None else rng.spawn(model.replicas)
        self.states = model.state.copy(), model.state.copy()  # before this step and before the last one, in turn
        self.frozen, self.kept = np.zeros(model.state.shape[:-1], bool), model.state.copy()  # of nets that diverged

    def checked(self, x, labels, check_finite):
        """Copies of x and labels (or targets) as arrays that fit the model, or an error."""
        model, x = self.model, np.array(checks.rows("x", self.model.layers[0].check(x)))
        labels = np.array(checks.plain("labels", labels))
        expected = x.shape[-2:-1] if self.classify else (x.shape[-2], model.sizes[-1])
        if labels.shape not in (expected, (model.replicas, *expected)):
            raise ValueError(f"x has shape {x.shape}: it needs labels of shape {expected}, but got {labels.shape}")
        checks.labels(labels, model.sizes[-1]) if self.classify else checks.alike(model=model, targets=labels)
        if check_finite:
            checks.finite(x)
            checks.finite(labels, "targets")
        return x, labels

    def advance(self, steps):
        """Train for some steps more, and return the history of all steps so far."""
        last = self.steps_done + checks.whole("steps", steps, 0)
        self.model.train()
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # divergence is an outcome, no accident
            try:
                self.validate()
                while self.steps_done < last:
                    self.step()
                    self.validate()
            finally:  # also when interrupted
                self.freeze_overflowed()
        return self.history

    def step(self):
        """One step of training, or none at all."""
        before = self.snapshot()
        try:
            rows = self.next_rows()
            labels, outputs = taken(self.labels, rows, 1 if self.classify else 2), []
            logits = self.model.forward(taken(self.x, rows, 2), outputs)
            loss, gradient = self.loss(logits, labels)
            self.freeze_diverged(loss)
            self.model.backward(gradient, input_gradient=False)
            self.sgd.step()
            self.set_back()
            self.note(loss, logits, labels, outputs)
            self.steps_done += 1
        except BaseException:
            self.undo(before)
            raise

    def next_rows(self):
        """The rows of the next mini-batch, (batch_size,) or (replicas, batch_size)."""
        step = self.steps_done % self.steps_per_epoch
        if step == 0:  # every epoch is shuffled anew, and its incomplete last batch is left out
            self.orders = np.reshape([rng.permutation(self.n) for rng in self.rngs], (*self.frozen.shape, self.n))
        return self.orders[..., step * self.batch_size : (step + 1) * self.batch_size]

    def note(self, loss, logits, labels, outputs):
        """Add to the history what this step has shown."""
        found = self.measured(loss, logits, labels)
        if self.history.record:
            for layer, pair in enumerate(self.model.hidden(outputs)):
                of_layer = summaries(self.history.record, *pair)
                found |= {(name, layer): values for name, values in of_layer.items()}
        for name, values in found.items():
            self.history.add(name, values := np.array(values))
            values[self.frozen] = np.nan

    def measured(self, loss, outputs, labels):
        """The loss and, of classes, the accuracy: the share that is right, NaN where the loss is."""
        if not self.classify:
            return {"loss": loss}
        right = (outputs.argmax(axis=-1) == labels).sum(axis=-1) / outputs.shape[-2]
        return {"loss": loss, "accuracy": np.where(np.isnan(loss), np.nan, right)}

    def validate(self):
        """Evaluate after each epoch, in eval mode."""
        done = self.history.validation_steps
        if self.validation is None or self.steps_done % self.steps_per_epoch or self.steps_done in (0, *done[-1:]):
            return
        self.freeze_overflowed()
        x, labels = self.validation
        outputs, _ = self.model.passed_through(x, "running")
        loss, _ = self.loss(outputs, labels)
        self.history.cut(self.steps_done)  # of an evaluation that was interrupted
        for name, values in self.measured(loss, outputs, labels).items():
            self.history.add(f"validation_{name}", values)
        done.append(self.steps_done)

    # A net that diverges is frozen at its last finite state: the parameters before the last step, and the running
    # statistics after it.

    def freeze_diverged(self, loss):
        """Freeze the nets whose loss or running statistics are not finite. They are set back when the step is done."""
        fine = np.isfinite(loss) & np.isfinite(self.model.statistics).all(axis=-1)
        if self.frozen.any() or not fine.all():
            self.freeze(~fine, self.states[self.steps_done % 2])
            for net in np.flatnonzero(self.frozen):
                self.history.diverged.setdefault(int(net), self.steps_done)

    def freeze_overflowed(self):
        """Freeze the nets that have overflowed in the last update, which no loss has shown yet."""
        self.freeze(~np.isfinite(self.model.state).all(axis=-1), self.model.state)
        self.set_back()

    def freeze(self, which, state):
        """Freeze these nets at the parameters before the last step and the running statistics in state."""
        new, tracked = which & ~self.frozen, np.s_[..., self.model.parameters.shape[-1] :]
        self.kept[new] = self.states[self.steps_done % 2 - 1][new]
        self.kept[tracked][new] = state[tracked][new]
        self.frozen = self.frozen | new

    def set_back(self):
        self.model.state[self.frozen] = self.kept[self.frozen]

    def snapshot(self):
        """All that a step changes, as it is now: (object, name of an attribute, its value). And the step's number."""
        self.states[self.steps_done % 2][...] = self.model.state
        rngs = [rng for layer in self.model.layers if isinstance(layer, Dropout) for rng in layer.generators]
        rngs += self.rngs if self.steps_done % self.steps_per_epoch == 0 else []
        changed = [(layer, "batches_seen") for layer in self.model.batch_norm_layers()]
        changed += [(self.sgd, "velocity"), *((rng.bit_generator, "state") for rng in rngs)]
        return self.steps_done, [(thing, name, getattr(thing, name)) for thing, name in changed]

    def undo(self, before):
        steps_done, values = before
        if self.steps_done == steps_done:  # else the step was done when the interrupt came
            self.model.state[...] = self.states[steps_done % 2]
            for thing, name, value in values:
                setattr(thing, name, value)
            self.history.cut(steps_done)


def taken(array, rows, ndim):
    """The rows of an array that all nets share, of ndim dimensions, or that has one axis more, for the replicas."""
    return array.take(rows, axis=0) if array.ndim == ndim else array[np.arange(len(array))[:, None], rows]


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
    name, length = ("steps", steps) if epochs is None else ("epochs", epochs)
    length = checks.whole(f"the length of a run, {name}={length},", length, 1)
    if progress is not None and not callable(progress):
        raise TypeError(f"progress is called as progress(done, total), but it is {progress!r}")
    training = Training(model, x, labels, **settings)
    total = length if epochs is None else length * training.steps_per_epoch
    for done in np.unique(np.linspace(0, total, min(total, 100) + 1).astype(int))[1:] if progress else [total]:
        training.advance(done - training.steps_done)
        if progress:
            progress(int(done), total)
    return training.history
