"""Wrong answers to the exercises of lesson 2."""

import numpy as np


class normalize:
    def rows(x, gamma, beta, eps):
        """The statistics of each row."""
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta

    def eps_outside(x, gamma, beta, eps):
        """Adds eps to the standard deviation, outside the root."""
        return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta

    def no_root(x, gamma, beta, eps):
        """Divides by the variance: no root."""
        return gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + eps) + beta

    def no_eps(x, gamma, beta, eps):
        """Forgets eps."""
        return gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta

    def shift_first(x, gamma, beta, eps):
        """Shifts first, then scales."""
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        return gamma * (x_hat + beta)

    def divisor_m_minus_1(x, gamma, beta, eps):
        """Divides the variance by m - 1."""
        return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta

    def no_axis(x, gamma, beta, eps):
        """No axis: one mean and one variance for all units."""
        return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta

    def no_gamma_and_beta(x, gamma, beta, eps):
        """Stops at x hat: neither gamma nor beta."""
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)

    def in_place(x, gamma, beta, eps):
        """Writes into x; and the variance is that of the new x, which is the same."""
        x -= x.mean(axis=0)
        x /= np.sqrt(x.var(axis=0) + eps)
        return gamma * x + beta

    def no_brackets(x, gamma, beta, eps):
        """Forgets the brackets around the difference."""
        return gamma * x - x.mean(axis=0) / np.sqrt(x.var(axis=0) + eps) + beta


class identity:
    def no_eps(x, eps):
        """Gamma is the standard deviation: forgets eps."""
        return x.std(axis=0), x.mean(axis=0)

    def no_root(x, eps):
        """Gamma is the variance: no root."""
        return x.var(axis=0) + eps, x.mean(axis=0)

    def exchanged(x, eps):
        """Returns beta first."""
        return x.mean(axis=0), np.sqrt(x.var(axis=0) + eps)

    def one_and_zero(x, eps):
        """Gamma 1 and beta 0: these give x hat, not x."""
        n = x.shape[1]
        return np.ones(n), np.zeros(n)

    def the_other_direction(x, eps):
        """The scale and shift that normalize x, not those that undo it."""
        std = np.sqrt(x.var(axis=0) + eps)
        return 1 / std, -x.mean(axis=0) / std

    def minus_the_mean(x, eps):
        """Beta has the wrong sign."""
        return np.sqrt(x.var(axis=0) + eps), -x.mean(axis=0)

    def eps_outside(x, eps):
        """Adds eps to the standard deviation, outside the root."""
        return x.std(axis=0) + eps, x.mean(axis=0)

    def divisor_m_minus_1(x, eps):
        """Divides the variance by m - 1."""
        return np.sqrt(x.var(axis=0, ddof=1) + eps), x.mean(axis=0)

    def no_axis(x, eps):
        """One number for all units: no axis."""
        return np.sqrt(x.var() + eps), x.mean()

    def gamma_only(x, eps):
        """Returns gamma alone."""
        return np.sqrt(x.var(axis=0) + eps)


class gamma_into_next:
    def beta_times_gamma(gamma, beta, W):
        """Multiplies beta by gamma, where it must be divided."""
        return beta * gamma, gamma[:, None] * W

    def same_beta(gamma, beta, W):
        """Leaves beta as it was."""
        return beta, gamma[:, None] * W

    def columns(gamma, beta, W):
        """Scales the columns of W, not its rows."""
        return beta / gamma, W * gamma

    def divides_W(gamma, beta, W):
        """Divides W by gamma."""
        return beta / gamma, W / gamma[:, None]

    def exchanged(gamma, beta, W):
        """Returns W first."""
        return gamma[:, None] * W, beta / gamma

    def same_W(gamma, beta, W):
        """Changes beta only; W stays."""
        return beta / gamma, W

    def in_place(gamma, beta, W):
        """Writes into W."""
        W *= gamma[:, None]
        return beta / gamma, W

    def product(gamma, beta, W):
        """A matrix product with gamma: the rows of W are added up."""
        return beta / gamma, gamma @ W

    def transposed(gamma, beta, W):
        """Returns W transposed."""
        return beta / gamma, gamma * W.T

    def three_values(gamma, beta, W):
        """Returns the new gamma as well."""
        return np.ones_like(gamma), beta / gamma, gamma[:, None] * W
