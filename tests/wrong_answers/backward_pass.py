"""Wrong answers to the exercises of the lesson on the backward pass."""

import numpy as np


class dgamma_dbeta:
    def means(dy, x_hat):
        """Means over the batch, not sums."""
        return (dy * x_hat).mean(axis=0), dy.mean(axis=0)

    def rows(dy, x_hat):
        """Sums each row, over the units."""
        return (dy * x_hat).sum(axis=1), dy.sum(axis=1)

    def exchanged(dy, x_hat):
        """Returns dbeta first."""
        return dy.sum(axis=0), (dy * x_hat).sum(axis=0)

    def no_x_hat(dy, x_hat):
        """Forgets the factor x hat in dgamma."""
        return dy.sum(axis=0), dy.sum(axis=0)

    def no_dy(dy, x_hat):
        """The gradient of the layer only: forgets dy."""
        return x_hat.sum(axis=0), np.full(x_hat.shape[1], float(len(x_hat)))

    def kept_axis(dy, x_hat):
        """Keeps the axis: shape (1, n)."""
        return (dy * x_hat).sum(axis=0, keepdims=True), dy.sum(axis=0, keepdims=True)

    def no_axis(dy, x_hat):
        """No axis: one number for all units."""
        return np.sum(dy * x_hat), np.sum(dy)

    def not_summed(dy, x_hat):
        """Does not sum over the batch."""
        return dy * x_hat, dy

    def product_of_sums(dy, x_hat):
        """The product of the sums, not the sum of the products."""
        return dy.sum(axis=0) * x_hat.sum(axis=0), dy.sum(axis=0)

    def matrix_product(dy, x_hat):
        """A matrix product, as for a linear layer."""
        return x_hat.T @ dy, dy.sum(axis=0)


class dx:
    def detached(dy, x, gamma, eps):
        """Takes mean and variance for constants."""
        return dy * gamma / np.sqrt(x.var(axis=0) + eps)

    def no_variance_path(dy, x, gamma, eps):
        """Forgets that the variance depends on x."""
        d = dy * gamma
        return (d - d.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)

    def no_mean_path(dy, x, gamma, eps):
        """Forgets that the mean depends on x."""
        std = np.sqrt(x.var(axis=0) + eps)
        x_hat, d = (x - x.mean(axis=0)) / std, dy * gamma
        return (d - x_hat * (d * x_hat).mean(axis=0)) / std

    def no_gamma(dy, x, gamma, eps):
        """Forgets gamma."""
        std = np.sqrt(x.var(axis=0) + eps)
        x_hat = (x - x.mean(axis=0)) / std
        return (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)) / std

    def sums(dy, x, gamma, eps):
        """Sums, where means are needed."""
        std = np.sqrt(x.var(axis=0) + eps)
        x_hat, d = (x - x.mean(axis=0)) / std, dy * gamma
        return (d - d.sum(axis=0) - x_hat * (d * x_hat).sum(axis=0)) / std

    def rows(dy, x, gamma, eps):
        """The statistics and the means of each row."""
        std = np.sqrt(x.var(axis=1, keepdims=True) + eps)
        x_hat, d = (x - x.mean(axis=1, keepdims=True)) / std, dy * gamma
        return (d - d.mean(axis=1, keepdims=True) - x_hat * (d * x_hat).mean(axis=1, keepdims=True)) / std

    def no_eps(dy, x, gamma, eps):
        """Forgets eps."""
        std = x.std(axis=0)
        x_hat, d = (x - x.mean(axis=0)) / std, dy * gamma
        return (d - d.mean(axis=0) - x_hat * (d * x_hat).mean(axis=0)) / std

    def plus(dy, x, gamma, eps):
        """Adds the term of the variance, where it must be subtracted."""
        std = np.sqrt(x.var(axis=0) + eps)
        x_hat, d = (x - x.mean(axis=0)) / std, dy * gamma
        return (d - d.mean(axis=0) + x_hat * (d * x_hat).mean(axis=0)) / std

    def wrong_power(dy, x, gamma, eps):
        """Step by step, with the power -1/2 for -3/2 in the gradient of the variance."""
        m, centered, var = len(x), x - x.mean(axis=0), x.var(axis=0)
        d = dy * gamma
        dvar = (d * centered * -0.5 * (var + eps) ** -0.5).sum(axis=0)
        dmean = -d.sum(axis=0) / np.sqrt(var + eps)
        return d / np.sqrt(var + eps) + dvar * 2 * centered / m + dmean / m

    def not_divided(dy, x, gamma, eps):
        """Forgets the last division by the standard deviation."""
        x_hat, d = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps), dy * gamma
        return d - d.mean(axis=0) - x_hat * (d * x_hat).mean(axis=0)


class dx_constants:
    def as_in_training(dy, gamma, var, eps):
        """Subtracts the mean of dy, as if the mean still depended on x."""
        return (dy - dy.mean(axis=0)) * gamma / np.sqrt(var + eps)

    def no_gamma(dy, gamma, var, eps):
        """Forgets gamma."""
        return dy / np.sqrt(var + eps)

    def no_eps(dy, gamma, var, eps):
        """Forgets eps."""
        return dy * gamma / np.sqrt(var)

    def no_root(dy, gamma, var, eps):
        """Divides by the variance: no root."""
        return dy * gamma / (var + eps)

    def eps_outside(dy, gamma, var, eps):
        """Adds eps outside the root."""
        return dy * gamma / (np.sqrt(var) + eps)

    def multiplied(dy, gamma, var, eps):
        """Multiplies by the standard deviation, where it must divide."""
        return dy * gamma * np.sqrt(var + eps)

    def factor_only(dy, gamma, var, eps):
        """Returns the derivative of the layer and forgets dy."""
        return gamma / np.sqrt(var + eps)

    def divided_by_gamma(dy, gamma, var, eps):
        """Divides by gamma."""
        return dy / (gamma * np.sqrt(var + eps))

    def variance_of_dy(dy, gamma, var, eps):
        """The variance of dy in place of the one given."""
        return dy * gamma / np.sqrt(dy.var(axis=0) + eps)

    def in_place(dy, gamma, var, eps):
        """Writes into dy."""
        dy *= gamma / np.sqrt(var + eps)
        return dy


class central_difference:
    def forward(f, x, h):
        """The forward difference."""
        gradient = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            plus = x.copy()
            plus[i] += h
            gradient[i] = (f(plus) - f(x)) / h
        return gradient

    def divided_by_h(f, x, h):
        """Divides by h, where the distance is 2 h."""
        gradient = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            plus, minus = x.copy(), x.copy()
            plus[i] += h
            minus[i] -= h
            gradient[i] = (f(plus) - f(minus)) / h
        return gradient

    def all_at_once(f, x, h):
        """Moves all elements at once: one number, the derivative along the diagonal."""
        return (f(x + h) - f(x - h)) / (2 * h)

    def no_copy(f, x, h):
        """No copy: x itself is moved, and stays moved."""
        gradient = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            plus, minus = x, x
            plus[i] += h
            up = f(plus)
            minus[i] -= h
            gradient[i] = (up - f(minus)) / (2 * h)
        return gradient

    def wrong_sign(f, x, h):
        """Subtracts in the wrong order."""
        gradient = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            step = np.zeros_like(x)
            step[i] = h
            gradient[i] = (f(x - step) - f(x + step)) / (2 * h)
        return gradient

    def whole_rows(f, x, h):
        """Loops over the first axis only: moves a whole row at once."""
        gradient = np.zeros_like(x)
        for i in range(len(x)):
            plus, minus = x.copy(), x.copy()
            plus[i] += h
            minus[i] -= h
            gradient[i] = (f(plus) - f(minus)) / (2 * h)
        return gradient

    def flat(f, x, h):
        """Returns a flat array: forgets the shape of x."""
        gradient = []
        for i in np.ndindex(x.shape):
            step = np.zeros_like(x)
            step[i] = h
            gradient.append((f(x + step) - f(x - step)) / (2 * h))
        return np.array(gradient)

    def half_a_step(f, x, h):
        """Moves by h / 2 to each side, but divides by 2 h."""
        gradient = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            step = np.zeros_like(x)
            step[i] = h / 2
            gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
        return gradient

    def copies_before_the_loop(f, x, h):
        """Copies once, before the loop: the steps of all elements add up."""
        gradient = np.zeros_like(x)
        plus, minus = x.copy(), x.copy()
        for i in np.ndindex(x.shape):
            plus[i] += h
            minus[i] -= h
            gradient[i] = (f(plus) - f(minus)) / (2 * h)
        return gradient

    def brackets(f, x, h):
        """Forgets the brackets in / 2 * h."""
        gradient = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            step = np.zeros_like(x)
            step[i] = h
            gradient[i] = (f(x + step) - f(x - step)) / 2 * h
        return gradient
