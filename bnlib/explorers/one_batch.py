"""The explorer of one batch: one of its five values is dragged, and all the others move with it."""

from types import SimpleNamespace

import numpy as np

from bnlib.batchnorm import batch_norm
from bnlib.live import Explorer, log_slider, slider, whole_slider
from bnlib.pictures import BLACK, BLUE, GRAY, VERMILION, moving_line, number_line, plots

from .arguments import checked_numbers
from .examples import OTHERS

LARGEST = 40  # of a value, so that the picture holds it
GRID = np.linspace(-LARGEST, LARGEST, 161)


def normalize_with(others, values, eps):
    """The batches (others and one value) for each value, normalized: z_hat (values, m), mu and sigma (values,)."""
    batches = np.column_stack([np.tile(others, (len(values), 1)), values])
    z_hat, cache = batch_norm(batches[:, :, None], np.ones(1), np.zeros(1), eps)
    return z_hat[:, :, 0], cache.mean[:, 0, 0], np.sqrt(cache.var[:, 0, 0])


class OneBatch(Explorer):
    """Drag one value of a batch, up to an outlier, and see all the normalized values move.

    data: (n,) values of one unit, from -40 to 40, that stay where they are: the batch is the first m - 1 of them and
    the one you drag; value, m, eps: start values. Without arguments: the five values that the lesson works out by hand,
    and eleven more for larger batches.
    """

    def __init__(self, *, data=None, **start):
        self.others = checked_numbers("data", data if self.given(data=data) else OTHERS).astype(float)
        if self.others.ndim != 1 or len(self.others) < 1 or np.abs(self.others).max() > LARGEST:
            raise ValueError(
                f"data holds the values of one unit, from -{LARGEST} to {LARGEST} and of shape (n,) with n >= 1; "
                f"got shape {self.others.shape}, from {np.min(data, initial=0)} to {np.max(data, initial=0)}"
            )
        super().__init__(**start)

    def make_controls(self):
        most = len(self.others) + 1
        return {
            "value": slider(13.0, -LARGEST, LARGEST, 0.5, "drag one z"),
            "m": whole_slider(min(5, most), 2, most, "m (batch)"),
            "eps": log_slider(1e-5, -8, 3, 0.5, "ε (eps)", readout_format=".0e"),
        }

    def make_figures(self):
        figure, (line, curve) = plots.figure(1, 2, width_ratios=(4, 3))
        reach = 1.1 * np.sqrt(len(self.others))
        self.shrink = reach / LARGEST  # z is drawn in the units of z_hat, and the upper axis says what it is
        number_line(line, xlim=(-1.05 * reach, 1.05 * reach), ylim=(-0.35, 1.35), xlabel="ẑ = (z − μ) / √(σ² + ε)")
        upper = line.secondary_xaxis("top", functions=(lambda x: x / self.shrink, lambda z: z * self.shrink))
        upper.set_xlabel("z")
        curve.set(xlim=(-LARGEST, LARGEST), ylim=(-reach, reach), xlabel="z of the one you drag", ylabel="ẑ")
        gray = {"color": GRAY, "linewidth": 1}
        self.links = moving_line(line, "-", **gray)
        self.before = moving_line(line, "o", "ẑ before you dragged", color=BLACK, ms=9, mfc="none")
        self.bounds, self.here = moving_line(curve, ":", **gray), moving_line(curve, ":", **gray)
        self.bound_text = curve.text(0, 0, "", ha="left", va="bottom", color=GRAY, animated=True)
        self.groups = []
        looks = ("the others", "o", "--", BLUE, 1), ("the one you drag", "D", "-", VERMILION, 2.5)
        for name, marker, style, color, width in looks:
            dots = moving_line(line, marker, name, color=color, ms=7)
            lines = moving_line(curve, style, color=color, linewidth=width)
            self.groups.append((dots, lines, moving_line(curve, marker, color=color, ms=6)))
        handles = [*(dots for dots, *_ in self.groups), self.before]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, handlelength=1)
        return {"batch": figure}

    def compute(self, value, m, eps):
        others = self.others[: m - 1]
        z_hat, mu, sigma = normalize_with(others, [value, self.defaults["value"], *GRID], eps)
        return SimpleNamespace(
            z=np.append(others, value), z_hat=z_hat[0], before=z_hat[1], curves=z_hat[2:], mu=mu[0], sigma=sigma[0]
        )

    def show(self, result, value, m, **_):
        bound = np.sqrt(m - 1)
        x, gap = result.z * self.shrink, np.full(m, np.nan)
        self.links.set_data(np.stack([x, result.z_hat, gap], 1).ravel(), np.tile([1, 0, np.nan], m))
        self.before.set_data(result.before, np.zeros(m))
        for (dots, lines, dots_on_lines), part in zip(self.groups, (np.s_[:-1], np.s_[-1:]), strict=True):
            dots.set_data(np.append(x[part], result.z_hat[part]), np.repeat([1.0, 0.0], len(x[part])))
            curves = np.pad(result.curves[:, part], [(0, 1), (0, 0)], constant_values=np.nan)
            lines.set_data(np.tile(np.append(GRID, np.nan), curves.shape[1]), curves.T.ravel())
            dots_on_lines.set_data(np.full(len(x[part]), value), result.z_hat[part])
        self.here.set_data([value, value], [-99, 99])
        self.bounds.set_data([-LARGEST, LARGEST, np.nan, -LARGEST, LARGEST], [bound, bound, np.nan, -bound, -bound])
        self.bound_text.set(position=(-0.97 * LARGEST, bound), text=f"√(m − 1) = {bound:.2f}")
        moved = np.abs(result.z_hat - result.before)[:-1].max()
        return (
            f"Batch of {m}: the one you drag has z = {value:z.1f}, so μ = {result.mu:z.2f} and σ = {result.sigma:.2f}. "
            f"Its ẑ is {result.z_hat[-1]:z.2f}, and no ẑ can pass ±√(m − 1) = ±{bound:.2f}. Since it left z = "
            f"{self.defaults['value']:.1f}, the other ẑ have moved by up to {moved:.2f}; their z stayed where they are."
        )
