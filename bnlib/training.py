"""Training: stochastic gradient descent on mini-batches, `fit` and its `History`, accuracy, re-estimated statistics."""

import numpy as np

from .batchnorm import BatchNorm
from .batchnorm import check_finite as raise_unless_finite
from .layers import Linear
from .losses import check_labels, cross_entropy, mse

LOSSES = {"cross_entropy": cross_entropy, "mse": mse}
RECORDS = ("mean", "std", "z_mean", "z_std")


class SGD:
    """Stochastic gradient descent with momentum, on all parameters of a model at once.

    velocity = momentum * velocity + gradient + weight_decay * W; parameter -= lr * velocity (PyTorch's convention).
    lr: a number, or (replicas,), one for each net; weight_decay acts on the weights W only, not on b, gamma and beta.
    """

    def __init__(self, model, lr, momentum=0.9, weight_decay=0.0):
        self.model, self.momentum, self.weight_decay = model, momentum, weight_decay
        self.lr = np.asarray(lr, dtype=model.dtype)[..., None]
        self.gradient = np.zeros_like(model.parameters)
        self.velocity = np.zeros_like(model.parameters)
        slots = [slot for slot in model.slots if slot[1] in slot[0].trained]
        self.views = [(layer, name, self.gradient[..., where].reshape(shape)) for layer, name, where, shape in slots]

    def __enter__(self):
        """Inside `with sgd:` the layers write their gradients to where `step` reads them."""
        for layer, name, view in self.views:
            layer.gradients_into[name] = view

    def __exit__(self, *error):
        for layer, _, _ in self.views:
            layer.gradients_into = {}

    def step(self):
        for layer, name, view in self.views:
            gradient = getattr(layer, "d" + name)
            if gradient is not view:
                view[...] = gradient
        if self.weight_decay:
            weights = self.model.weights
            self.gradient[..., : weights.shape[-1]] += self.weight_decay * weights
        self.velocity *= self.momentum
        self.velocity += self.gradient
        np.multiply(self.velocity, self.lr, out=self.gradient)
        self.model.parameters -= self.gradient


class History:
    """What happened in a training run, step by step; with replicas, each array has a leading axis for them.

    loss, accuracy: (steps,), of each batch in training mode; accuracy is None for mse. validation_loss,
    validation_accuracy: (evaluations,), in eval mode, after the steps counted in validation_steps. diverged: dict,
    replica (0 for a single net) -> the step whose loss was not finite. recorded: dict, what `record` asked for -> a
    list over hidden layers of arrays (steps, features).
    """

    def __init__(self, record):
        self.rows = {"loss": [], "accuracy": [], "validation_loss": [], "validation_accuracy": []}
        self.rows_recorded = {name: [] for name in record}
        self.validation_steps = []
        self.diverged = {}

    def column(self, name):
        return np.stack(self.rows[name], axis=-1) if self.rows[name] else None

    loss = property(lambda self: self.column("loss"))
    accuracy = property(lambda self: self.column("accuracy"))
    validation_loss = property(lambda self: self.column("validation_loss"))
    validation_accuracy = property(lambda self: self.column("validation_accuracy"))

    @property
    def recorded(self):
        return {
            name: [np.stack(rows, axis=-2) for rows in zip(*steps, strict=True)]
            for name, steps in self.rows_recorded.items()
        }


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
        self.loss, self.classify = LOSSES[loss], loss == "cross_entropy"
        self.x, self.labels = self.checked(model, x, labels, check_finite)
        self.validation = None if validation is None else self.checked(model, *validation, check_finite)
        self.n = self.x.shape[-2]
        smallest = 2 if model.batch_norm_layers() else 1
        if not smallest <= batch_size <= self.n:
            raise ValueError(
                f"batch_size must lie between {smallest} and {self.n} (all examples), but it is {batch_size}"
            )
        if not (np.all(np.isfinite(lr)) and np.all(np.asarray(lr) >= 0) and np.shape(lr) in ((), (model.replicas,))):
            raise ValueError(f"lr must be a finite number, 0 or larger (or one for each replica), but it is {lr}")
        if not 0 <= sgd_momentum < 1:
            raise ValueError(f"sgd_momentum must be at least 0 and less than 1, but it is {sgd_momentum}")
        for name in record:
            if name not in RECORDS and (isinstance(name, str) or not 0 <= name <= 100):
                raise ValueError(f"record takes {RECORDS} and percentiles from 0 to 100, but not {name!r}")
        self.model, self.batch_size = model, batch_size
        self.rngs = [rng] if model.replicas is None else rng.spawn(model.replicas)
        self.sgd = SGD(model, lr, sgd_momentum, weight_decay)
        self.history = History(record)
        self.steps_done, self.steps_per_epoch = 0, self.n // batch_size
        self.state = model.state.reshape(len(self.rngs), -1)  # a view
        self.safe = self.state.copy()
        self.frozen = np.zeros(len(self.rngs), dtype=bool)

    def checked(self, model, x, labels, check_finite):
        """x and labels (or targets) as arrays that fit the model, or an error."""
        x, labels = np.asarray(x), np.asarray(labels)
        model.layers[0].check(x)
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
        return x, labels

    def next_batch(self):
        """x and labels of the next mini-batch. Each epoch is shuffled anew; an incomplete last batch is left out."""
        start = self.steps_done % self.steps_per_epoch * self.batch_size
        if start == 0:
            self.order = np.stack([rng.permutation(self.n) for rng in self.rngs])
        chosen = self.order[:, start : start + self.batch_size]
        if self.model.replicas is None:
            return self.x[chosen[0]], self.labels[chosen[0]]
        rows = np.arange(len(chosen))[:, None]
        x = self.x.take(chosen, axis=0) if self.x.ndim == 2 else self.x[rows, chosen]
        per_replica = self.labels.ndim == (2 if self.classify else 3)
        return x, self.labels[rows, chosen] if per_replica else self.labels[chosen]

    def advance(self, steps):
        """Train for some steps more, and return the history of all steps so far."""
        self.model.train()
        quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")  # divergence is an outcome, no accident
        with self.sgd, quiet:
            for _ in range(steps):
                self.step()
                if self.validation is not None and self.steps_done % self.steps_per_epoch == 0:
                    self.validate()
        return self.history

    def step(self):
        x, labels = self.next_batch()
        outputs = []
        logits = self.model.forward(x, outputs)
        loss, gradient = self.loss(logits, labels)
        finite = np.isfinite(loss)
        if not finite.all() or self.frozen.any():
            for replica in np.flatnonzero(~(np.atleast_1d(finite) | self.frozen)):
                self.history.diverged[int(replica)] = self.steps_done
                self.frozen[replica] = True
            self.state[self.frozen] = self.safe[self.frozen]
            loss = np.where(self.frozen, np.nan, loss).reshape(np.shape(loss)).astype(self.model.dtype)
        self.keep(loss, logits, labels, outputs)
        self.safe[...] = self.state
        self.model.backward(gradient, input_gradient=False)
        self.sgd.step()
        if self.frozen.any():
            self.state[self.frozen] = self.safe[self.frozen]
        self.steps_done += 1

    def keep(self, loss, logits, labels, outputs):
        rows = self.history.rows
        rows["loss"].append(loss)
        if self.classify:
            rows["accuracy"].append(share_right(logits, labels, loss))
        for name, steps in self.history.rows_recorded.items():
            steps.append([summary(name, *pair) for pair in self.hidden(outputs)])

    def hidden(self, outputs):
        """For each hidden layer: the output of its linear part, and what enters its activation."""
        starts = [i for i, layer in enumerate(self.model.layers) if isinstance(layer, Linear)][:-1]
        first = 1 if self.model.normalizes_first else 0
        return [(outputs[i], outputs[i + first]) for i in starts]

    def validate(self):
        x, labels = self.validation
        outputs = self.model.infer(x)
        loss, _ = self.loss(outputs, labels)
        self.history.rows["validation_loss"].append(loss)
        if self.classify:
            self.history.rows["validation_accuracy"].append(share_right(outputs, labels, loss))
        self.history.validation_steps.append(self.steps_done)


def share_right(logits, labels, loss):
    """Accuracy of a batch, and NaN where the loss is."""
    return np.where(np.isnan(loss), np.nan, (logits.argmax(axis=-1) == labels).mean(axis=-1))


def summary(name, z, entering):
    """One number for each unit over the batch: of the linear output z, or of what enters the activation."""
    if name == "mean":
        return entering.mean(axis=-2)
    if name == "std":
        return entering.std(axis=-2)
    if name == "z_mean":
        return z.mean(axis=-2)
    if name == "z_std":
        return z.std(axis=-2)
    return np.percentile(entering, name, axis=-2).astype(entering.dtype)


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
    if (epochs or steps or 0) < 1:
        raise ValueError(f"a run has at least one step: got epochs={epochs}, steps={steps}")
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


def accuracy(model, x, labels, statistics="running"):
    """Share of the rows of x whose predicted class is the label: a number, or (replicas,). Leaves the model as it is.

    x: (n, features) or (replicas, n, features); labels: (n,) or (replicas, n); statistics: as for `MLP.infer`.
    """
    labels = np.asarray(labels)
    check_labels(labels, model.sizes[-1])
    predicted = model.predict(x, statistics)
    if labels.shape not in (predicted.shape, predicted.shape[-1:]):
        raise ValueError(f"x has {predicted.shape[-1]} rows, but the labels have shape {labels.shape}")
    return (predicted == labels).mean(axis=-1)


def reestimate(model, x):
    """Replace the running statistics of each batch normalization by those of x, with all parameters as they are.

    x: (n, features) or (replicas, n, features), n >= 2, taken as one batch: each layer sees x normalized by the layers
    before it, and keeps the mean and the unbiased variance of what reaches it. Labels are not needed. Dropout is off.
    Source: Ioffe & Szegedy 2015, Algorithm 2, with one batch of all the data; for new data: AdaBN, Li et al. 2016.
    """
    _, layers = model.passed_through(x, "batch")
    for layer, probed in zip(model.layers, layers, strict=True):
        if isinstance(layer, BatchNorm):
            batch = probed.cache.x_hat.shape[-2]
            layer.running_mean = probed.cache.mean[..., 0, :]
            layer.running_var = probed.cache.var[..., 0, :] * (batch / (batch - 1))
            layer.batches_seen = 1
