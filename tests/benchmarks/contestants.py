"""The loops that are timed against each other: one process for each library, told what to run by `bench.py`.

A contestant in training is a function (sizes, batch, replicas=None) -> advance, and advance(steps) trains that many
steps: take a mini-batch, forward, backward, SGD with momentum; batch normalization after each hidden linear layer, with
running statistics; ReLU; cross-entropy; float32. The order of the examples is drawn beforehand, but for ours, Keras and
scikit-learn, which shuffle in their `fit`.

python contestants.py    reads one request a line, as JSON, and answers in the same way
"""

import json
import os
import sys
import time

BATCHES = 30  # in the data: one epoch
LR, MOMENTUM, EPS = 0.02, 0.9, 1e-5


def draw(sizes, batch):
    """x (n, features) float32 and labels (n,)."""
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCHES * batch, sizes[0]), dtype=np.float32)
    return x, rng.integers(0, sizes[-1], len(x))


def draw_orders(batch, replicas=None):
    """The rows of each mini-batch of an epoch: (BATCHES, batch), or (BATCHES, replicas, batch)."""
    import numpy as np

    rng = np.random.default_rng(1)
    if replicas is None:
        return rng.permutation(BATCHES * batch).reshape(BATCHES, batch)
    return np.stack([draw_orders(batch) for _ in range(replicas)], axis=1)


def ours(sizes, batch, replicas=None):
    """`fit` without its length: with shuffling, loss and accuracy of each step, and the watch for divergence."""
    import numpy as np

    from bnlib import MLP, Training

    rng = np.random.default_rng(0)
    model = MLP(sizes, replicas=replicas, rng=rng)
    return Training(model, *draw(sizes, batch), batch_size=batch, lr=LR, rng=rng).advance


def products(sizes, batch, replicas=None):
    """The floor: the matrix products of a step and nothing else, into arrays that are kept."""
    import numpy as np

    layers = net_products(sizes, () if replicas is None else (replicas,), batch, np.random.default_rng(0))

    def advance(steps):
        for _ in range(steps):
            for x, W, _, y, _, _ in layers:
                np.matmul(x, W, out=y)
            for x, W, dy, _, dW, dx in reversed(layers):
                np.matmul(x.mT, dy, out=dW)
                if dx is not None:
                    np.matmul(dy, W.mT, out=dx)

    return advance


def net_products(sizes, lead, batch, rng):
    """For each layer: x, W, dy, and where x W, the gradient of W and the gradient of x go."""
    import numpy as np

    layers = []
    for features_in, features_out in zip(sizes[:-1], sizes[1:], strict=True):
        shapes = (batch, features_in), (features_in, features_out), (batch, features_out)
        x, W, dy = (rng.standard_normal(lead + shape, dtype=np.float32) for shape in shapes)
        layers.append((x, W, dy, np.empty_like(dy), np.empty_like(W), np.empty_like(x) if layers else None))
    return layers


def torch_eager(sizes, batch, compiled=False, fused=None):
    import torch
    from torch import nn

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    layers = []
    for features_in, features_out in zip(sizes[:-2], sizes[1:-1], strict=True):
        layers += [nn.Linear(features_in, features_out, bias=False), nn.BatchNorm1d(features_out, EPS), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))
    optimizer = torch.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM, fused=fused)
    cross_entropy = nn.CrossEntropyLoss()

    def loss_of(x, labels):
        return cross_entropy(model(x), labels)

    if compiled:
        loss_of = torch.compile(loss_of)
    x, labels = (torch.from_numpy(array) for array in draw(sizes, batch))
    orders = list(torch.from_numpy(draw_orders(batch)))

    def advance(steps):
        for step in range(steps):
            chosen = orders[step % BATCHES]
            optimizer.zero_grad()
            loss_of(x[chosen], labels[chosen]).backward()
            optimizer.step()

    return advance


def torch_compile(sizes, batch):
    return torch_eager(sizes, batch, compiled=True)


def jax_net(sizes, seed=0):
    """A state, and step(state, x, labels) -> state, loss."""
    import jax
    import numpy as np
    from jax import numpy as jnp

    rng = np.random.default_rng(seed)
    zeros, ones = (lambda size: np.zeros(size, np.float32)), (lambda size: np.ones(size, np.float32))
    W = [
        rng.normal(0, np.sqrt(2 / features_in), (features_in, features_out)).astype(np.float32)
        for features_in, features_out in zip(sizes[:-1], sizes[1:], strict=True)
    ]
    parameters = [(w, ones(w.shape[1]), zeros(w.shape[1])) for w in W[:-1]] + [(W[-1], zeros(sizes[-1]))]
    statistics = [(zeros(w.shape[1]), ones(w.shape[1])) for w in W[:-1]]
    state = jax.tree.map(jnp.asarray, (parameters, jax.tree.map(np.zeros_like, parameters), statistics))

    def loss_of(parameters, statistics, x, labels):
        moved = []
        for (W, gamma, beta), (running_mean, running_var) in zip(parameters[:-1], statistics, strict=True):
            z = x @ W
            mean, var = z.mean(axis=0), z.var(axis=0)
            unbiased = var * (len(x) / (len(x) - 1))
            moved.append((0.9 * running_mean + 0.1 * mean, 0.9 * running_var + 0.1 * unbiased))
            x = jax.nn.relu((z - mean) * jax.lax.rsqrt(var + EPS) * gamma + beta)
        W, b = parameters[-1]
        logits = jax.nn.log_softmax(x @ W + b)
        return -jnp.take_along_axis(logits, labels[:, None], axis=-1).mean(), moved

    def step(state, x, labels):
        parameters, velocity, statistics = state
        (loss, statistics), gradient = jax.value_and_grad(loss_of, has_aux=True)(parameters, statistics, x, labels)
        velocity = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocity, gradient)
        parameters = jax.tree.map(lambda p, v: p - LR * v, parameters, velocity)
        return (parameters, velocity, statistics), loss

    return state, step


def jax_step_by_step(sizes, batch):
    """One compiled call a step, which also takes the mini-batch. The state is donated, so that it is not copied."""
    import jax

    state, step = jax_net(sizes)
    x, labels = map(jax.numpy.asarray, draw(sizes, batch))
    orders = list(draw_orders(batch).astype("int32"))
    compiled = jax.jit(lambda state, x, labels, rows: step(state, x[rows], labels[rows]), donate_argnums=0)

    def advance(steps):
        nonlocal state
        for i in range(steps):
            state, loss = compiled(state, x, labels, orders[i % BATCHES])
        loss.block_until_ready()

    return advance


def jax_loop(sizes, batch, replicas=None):
    """One compiled call for all steps; with replicas, the step is mapped over them."""
    import functools

    import jax

    state, step = jax_net(sizes)
    x, labels = map(jax.numpy.asarray, draw(sizes, batch))
    orders = jax.numpy.asarray(draw_orders(batch, replicas).astype("int32"))

    def one_step(state, rows):
        return step(state, x[rows], labels[rows])

    if replicas is not None:
        states = [jax_net(sizes, seed)[0] for seed in range(replicas)]
        state = jax.tree.map(lambda *arrays: jax.numpy.stack(arrays), *states)
        one_step = jax.vmap(one_step)

    @functools.partial(jax.jit, static_argnums=1, donate_argnums=0)
    def all_steps(state, steps):
        return jax.lax.scan(lambda state, i: one_step(state, orders[i % BATCHES]), state, jax.numpy.arange(steps))

    def advance(steps):
        nonlocal state
        state, loss = all_steps(state, steps)
        loss.block_until_ready()

    return advance


def keras_fit(sizes, batch):
    """Keras on JAX: `fit`, which also shuffles and reports the loss."""
    os.environ["KERAS_BACKEND"] = "jax"
    import keras
    from keras import layers

    hidden = []
    for features in sizes[1:-1]:
        hidden += [layers.Dense(features, use_bias=False), layers.BatchNormalization(), layers.ReLU()]
    model = keras.Sequential([layers.Input((sizes[0],)), *hidden, layers.Dense(sizes[-1])])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(LR, momentum=MOMENTUM), loss=loss)
    x, labels = draw(sizes, batch)

    def advance(steps):
        model.fit(x, labels, batch_size=batch, epochs=-(-steps // BATCHES), verbose=0)

    return advance


def sklearn_fit(sizes, batch):
    """scikit-learn's `MLPClassifier`, which has no batch normalization."""
    from sklearn.neural_network import MLPClassifier

    x, labels = draw(sizes, batch)
    model = MLPClassifier(
        sizes[1:-1],
        solver="sgd",
        batch_size=batch,
        learning_rate_init=LR,
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        alpha=0,
        random_state=0,
    )

    def advance(steps):
        for _ in range(-(-steps // BATCHES)):
            model.partial_fit(x, labels, classes=list(range(sizes[-1])))

    return advance


def ours_batch_norm(batch, features, dtype):
    """Forward and backward through one `BatchNorm` in training mode."""
    import numpy as np

    from bnlib import BatchNorm

    bn = BatchNorm(features, dtype=dtype)
    x, dy = np.random.default_rng(0).standard_normal((2, batch, features)).astype(dtype)

    def advance(steps):
        for _ in range(steps):
            bn.forward(x)
            bn.backward(dy)

    return advance


def torch_batch_norm(batch, features, dtype):
    import numpy as np
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    bn = torch.nn.BatchNorm1d(features, dtype=getattr(torch, dtype))
    x, dy = torch.from_numpy(np.random.default_rng(0).standard_normal((2, batch, features)).astype(dtype))
    x.requires_grad_()

    def advance(steps):
        for _ in range(steps):
            x.grad = bn.weight.grad = bn.bias.grad = None
            bn(x).backward(dy)

    return advance


def read_and_write(batch, features, dtype):
    """The floor for batch normalization: one read and one write of the array."""
    import numpy as np

    x = np.random.default_rng(0).standard_normal((batch, features)).astype(dtype)
    y = np.empty_like(x)

    def advance(steps):
        for _ in range(steps):
            np.copyto(y, x)

    return advance


def versions():
    """Of the libraries that this process has loaded, and the core that numpy's OpenBLAS has chosen."""
    import threadpoolctl

    names = "numpy", "torch", "jax", "keras", "sklearn"
    found = {name: sys.modules[name].__version__ for name in names if name in sys.modules}
    cores = [lib["architecture"] for lib in threadpoolctl.threadpool_info() if lib["internal_api"] == "openblas"]
    return found | {"OpenBLAS core": cores[0] if cores else None}


def main():
    running = {}
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("versions"):
            print(json.dumps(versions()), flush=True)
            continue
        key, start = json.dumps([request["contestant"], request["settings"]]), time.perf_counter()
        try:
            if key not in running:
                running[key] = globals()[request["contestant"]](**request["settings"])
            start, start_cpu = time.perf_counter(), time.process_time()
            running[key](request["steps"])
            answer = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - start_cpu}
        except Exception as error:  # the library, or a compiler that it needs, is not here
            answer = {"missing": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
