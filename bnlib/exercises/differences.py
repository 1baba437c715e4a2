"""Exercise of the backward pass: the gradient of any function by central differences."""

from dataclasses import dataclass

import numpy as np

from .draws import layout
from .exercise import Exercise


@dataclass(frozen=True)
class Cubic:
    """The f that a reader's function is given: a sum(x)³ + b sum(x³), which can be read, copied and compared."""

    a: float
    b: float
    shape: tuple

    def __call__(self, x):
        if np.shape(x) != self.shape:
            raise ValueError(f"f takes all of x, of shape {self.shape}, and got shape {np.shape(x)}")
        return self.a * np.sum(x) ** 3 + self.b * np.sum(np.power(x, 3))

    def __repr__(self):
        return f"{self.a:g} * sum(x)**3 {'-' if self.b < 0 else '+'} {abs(self.b):g} * sum(x**3)"

    def gradient(self, x):
        return 3 * self.a * np.sum(x) ** 2 + 3 * self.b * x**2


def moved(x, i, by):
    there = x.copy()
    there[i] += by
    return there


def central_difference_solution(f, x, h):
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


def draw_function(rng):
    shape = (int(rng.integers(2, 4)), int(rng.integers(2, 4)))
    a, b = (round(float(rng.choice([-1, 1]) * rng.uniform(0.2, 1)), 1) for _ in range(2))
    x = layout(rng, rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape))
    return Cubic(a, b, shape), x, round(float(rng.uniform(0.05, 0.2)), 2)


def each(quotient):
    """A wrong solution that finds each value of the gradient by itself, as `quotient` says: of f, x, i, h."""

    def found(f, x, h):
        gradient = np.empty(x.shape)
        for i in np.ndindex(x.shape):
            gradient[i] = quotient(f, x, i, h)
        return gradient

    return found


def steps(f, x, i, up, down):
    return f(moved(x, i, up)) - f(moved(x, i, down))


def one_moved_x(f, x, h, back):
    """The values are moved in one copy of x, and afterwards moved by `back` steps."""
    there, gradient = x.copy(), np.empty(x.shape)
    for i in np.ndindex(x.shape):
        there[i] += h
        up = f(there)
        there[i] -= 2 * h
        gradient[i] = (up - f(there)) / (2 * h)
        there[i] += back * h
    return gradient


def two_copies(f, x, h):
    up, down, gradient = x.copy(), x.copy(), np.empty(x.shape)
    for i in np.ndindex(x.shape):
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


def first_only(f, x, h):
    gradient = np.zeros(x.shape)
    gradient[0, 0] = steps(f, x, (0, 0), h, -h) / (2 * h)
    return gradient


def whole_rows(f, x, h):
    gradient = np.empty(x.shape)
    for i in range(len(x)):
        gradient[i] = steps(f, x, i, h, -h) / (2 * h)
    return gradient


central_difference = Exercise(
    "central_difference",
    "The gradient of f (array to number) at x by central differences with the step h; x stays as it was.",
    central_difference_solution,
    draw_function,
    {
        "goes forward only: f(x + h) − f(x), divided by h": each(lambda f, x, i, h: steps(f, x, i, h, 0) / h),
        "goes backward only: f(x) − f(x − h), divided by h": each(lambda f, x, i, h: steps(f, x, i, 0, -h) / h),
        "goes forward only, and divides by 2h": each(lambda f, x, i, h: steps(f, x, i, h, 0) / (2 * h)),
        "divides by h, where the two points are 2h apart": each(lambda f, x, i, h: steps(f, x, i, h, -h) / h),
        "divides by 2, and not by 2h": each(lambda f, x, i, h: steps(f, x, i, h, -h) / 2),
        "multiplies by h after it has halved: the brackets of 2h are missing": each(
            lambda f, x, i, h: steps(f, x, i, h, -h) / 2 * h
        ),
        "does not divide": each(lambda f, x, i, h: steps(f, x, i, h, -h)),
        "has the wrong sign: f(x − h) − f(x + h)": each(lambda f, x, i, h: steps(f, x, i, -h, h) / (2 * h)),
        "adds the two values of f, and does not subtract": each(
            lambda f, x, i, h: (f(moved(x, i, h)) + f(moved(x, i, -h))) / (2 * h)
        ),
        "goes h/2 to each side, and divides by 2h": each(lambda f, x, i, h: steps(f, x, i, h / 2, -h / 2) / (2 * h)),
        "goes h/2 to each side: a step h is asked for": each(lambda f, x, i, h: steps(f, x, i, h / 2, -h / 2) / h),
        "drops the sign of the slope": each(lambda f, x, i, h: abs(steps(f, x, i, h, -h)) / (2 * h)),
        "puts h in the place of a value, and does not add it": each(
            lambda f, x, i, h: steps(f, x, i, h - x[i], -h - x[i]) / (2 * h)
        ),
        "stores the gradient in whole numbers: what is the dtype of its array?": lambda f, x, h: (
            central_difference_solution(f, x, h).astype(int)
        ),
        "returns after the first value: is the return inside the loop?": first_only,
        "takes the second derivative": each(lambda f, x, i, h: (steps(f, x, i, h, 0) - steps(f, x, i, 0, -h)) / h**2),
        "moves all values of x at once": lambda f, x, h: np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h)),
        "moves a whole row of x at once": whole_rows,
        "reads f at one point twice: are both names the same array, so that + h and − h cancel?": lambda f, x, h: (
            np.zeros(x.shape)
        ),
        "does not put a value back before it moves the next one": lambda f, x, h: one_moved_x(f, x, h, 0),
        "adds 2h to put a value back, where h is enough": lambda f, x, h: one_moved_x(f, x, h, 2),
        "makes two copies before the loop: what was moved in them stays moved": two_copies,
        "takes a step in proportion to |x|, where h is asked for": each(
            lambda f, x, i, h: (
                steps(f, x, i, h * max(1, abs(x[i])), -h * max(1, abs(x[i]))) / (2 * h * max(1, abs(x[i])))
            )
        ),
    },
    properties={
        "it is the gradient of f, but for h²": lambda answer, f, x, h: np.allclose(
            answer, f.gradient(x), rtol=0, atol=3 * h**2
        )
    },
    hints=[
        "The loss has one slope for each value of x. How far must one value move, and where do all others stay?",
        "For each place: a copy with + h there, a copy with − h there, f of both, and the distance between the two.",
    ],
    read="The backward pass, How do I test a backward pass?",
    after=(
        "Now test dx with it: f = lambda v: (batch_norm(v, gamma_t, beta_t)[0] * dy_t).sum(), and compare "
        "central_difference(f, z_t, 1e-5) with dx(dy_t, z_t, gamma_t, 1e-5)."
    ),
)
