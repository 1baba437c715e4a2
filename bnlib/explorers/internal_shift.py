"""The explorer of internal covariate shift: what enters each layer, and how far a step of training moves it."""

import functools
from types import SimpleNamespace

import numpy as np

from bnlib.live import Explorer, toggle, whole_slider
from bnlib.losses import cross_entropy
from bnlib.mlp import MLP
from bnlib.pictures import BLACK, MovingBars, heights, moving_line, plots
from bnlib.sgd import SGD

from .examples import all_digits
from .two_nets import NETS, NORMS

STEPS, BATCH, PROBES = 115, 60, 360
SIZES = (64, 32, 32, 32, 10)
ROWS = {name: NETS[name] for name in ("without BN", "with BN")}
LIMITS = {"sigmoid": 1.0, "ReLU": 4.0}  # of what enters a layer
SHIFTS = ("moments", "gradient")


def inputs_and_gradients(net, x, labels):
    """Of each linear layer what enters it, (n, features), and the gradient of its W. Training mode."""
    _, gradient = cross_entropy(net.forward(x), labels)
    net.backward(gradient)
    return [linear.cache for linear in net.linear_layers()], [linear.dW for linear in net.linear_layers()]


def shifts_of_a_step(net, before, after, x, labels):
    """(layers, 2): for each linear layer but the first, what it meets when all layers before it have stepped.

    before, after: states of the net; x, labels: the batch of the step. First the change of its inputs' means and
    standard deviations, relative to the standard deviations; then that of its gradient, relative to the gradient.
    Source: Ioffe & Szegedy 2015 for the idea of the first; the second is the one of Santurkar et al. 2018.
    """
    net.state[:] = before
    old_inputs, old_gradients = inputs_and_gradients(net, x, labels)
    shifts = []
    for k, linear in enumerate(net.linear_layers()[1:], start=1):
        earlier = net.layers[: net.layers.index(linear)]
        for layer, _, where, _ in net.slots:
            net.state[where] = (after if layer in earlier else before)[where]
        inputs, gradients = inputs_and_gradients(net, x, labels)
        old, new = old_inputs[k], inputs[k]
        moved = np.hypot(new.mean(axis=0) - old.mean(axis=0), new.std(axis=0) - old.std(axis=0))
        turned = np.linalg.norm(gradients[k] - old_gradients[k]) / np.linalg.norm(old_gradients[k])
        shifts.append((np.linalg.norm(moved) / np.linalg.norm(old.std(axis=0)), turned))
    net.state[:] = after
    return np.array(shifts)


@functools.cache
def run_with_shifts(activation, name):
    """An MLP trained on the digits: the net, its states (STEPS, values) before each step, and the shifts of each step
    (STEPS, layers, 2). Same start and batches for all.
    """
    (x, labels, *_), rng = all_digits(), np.random.default_rng(1)
    start = np.random.default_rng(0)
    net = MLP(SIZES, norm=NORMS[name], activation=activation.lower(), rng=start, dtype=float)
    sgd, states, shifts = SGD(net, lr=0.1), [], []
    for _ in range(STEPS):
        rows = rng.choice(len(x), BATCH, replace=False)
        states.append(net.state.copy())
        inputs_and_gradients(net, x[rows], labels[rows])
        sgd.step()
        shifts.append(shifts_of_a_step(net, states[-1], net.state.copy(), x[rows], labels[rows]))
    return net, np.array(states), np.array(shifts)


class InternalShift(Explorer):
    """What one unit sends into layers 2, 3 and 4 along a training run, without and with BN, and the shift of each step.

    step, unit, shift ("moments" or "gradient"), activation: start values. The run is stored; nothing is trained here.
    """

    def make_controls(self):
        return {
            "step": whole_slider(10, 0, STEPS - 1, "step"),
            "unit": whole_slider(4, 0, SIZES[1] - 1, "unit"),
            "shift": toggle(SHIFTS, "shift"),
            "activation": toggle(LIMITS, "units"),
        }

    def make_figures(self):
        figure, self.axes = plots.figure(3, 3, height=620, sharey="row", height_ratios=(1, 1, 1.4))
        self.now, self.first, self.curves, self.marks, edges = {}, {}, {}, {}, np.linspace(0, 1, 31)
        for row, (name, look) in enumerate(ROWS.items()):
            for layer, ax in enumerate(self.axes[row]):
                key, below = (name, layer), self.axes[2, layer]
                ax.set(ylim=(0, 1.05), yticks=[], title=f"into layer {layer + 2}, {name}")
                self.now[key] = MovingBars(ax, edges, look)
                self.now[key].artist.set(linestyle="-", linewidth=0)  # no line: that is of step 0
                self.first[key] = ax.stairs(np.zeros(30), edges, color=BLACK, lw=1, animated=True)
                self.curves[key] = moving_line(below, look, name)
                self.marks[key] = moving_line(below, look.marker, color=look.color, ms=8, markeredgecolor=BLACK)
        for layer, ax in enumerate(self.axes[2]):
            ax.set(xlabel="step", xlim=(-2, STEPS + 1), yscale="log", ylim=(2e-4, 5))
            ax.set_title(f"shift met by layer {layer + 2}")
        for ax, label in zip(self.axes[:, 0], ("digits", "digits", "size of the shift"), strict=True):
            ax.set_ylabel(label)
        self.stretch("sigmoid")
        figure.legend(*self.axes[2, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        return {"run": figure}

    def stretch(self, activation):
        end = LIMITS[activation]
        for ax in self.axes[:2].flat:
            ax.set_xlim(0, end)
            ax.set_xticks([0, end / 2, end], ["0", f"{end / 2:g}", f"{end:g}"])

    def compute(self, step, unit, shift, activation):
        x, labels = (part[:PROBES] for part in all_digits()[:2])
        result = SimpleNamespace(now={}, first={}, curves={}, losses={}, edges=np.linspace(0, LIMITS[activation], 31))
        for name in NORMS:
            net, states, shifts = run_with_shifts(activation, name)
            for at, sent in ((0, result.first), (step, result.now)):
                net.state[:] = states[at]
                result.losses[name], _ = cross_entropy(net.forward(x), labels)
                for layer, linear in enumerate(net.linear_layers()[1:]):
                    sent[name, layer] = linear.cache[:, unit]
            for layer in range(len(SIZES) - 2):
                result.curves[name, layer] = shifts[:, layer, SHIFTS.index(shift)]
        return result

    def show(self, result, step, unit, shift, activation):
        if self.axes[0, 0].get_xlim()[1] != LIMITS[activation]:
            self.stretch(activation)
        for key, bars in self.now.items():
            bars.move(result.now[key], result.edges)
            self.first[key].set_data(heights(result.first[key], result.edges), result.edges)
            self.curves[key].set_data(np.arange(STEPS), result.curves[key])
            self.marks[key].set_data([step], [result.curves[key][step]])
        said = []
        for name in ROWS:
            at = [f"{result.curves[name, layer][step]:.2g}" for layer in range(len(SIZES) - 2)]
            said.append(f"{name} {', '.join(at)} (loss {result.losses[name]:.2f})")
        return (
            f"{activation} units, step {step} of {STEPS}, shift by the {shift}, as layers 2, 3 and 4 meet it: "
            f"{'; '.join(said)}. The loss is that of {PROBES} digits together, the histograms show what unit {unit} "
            "sends in for them: now (filled) and at step 0 (black line), scaled to equal height."
        )
