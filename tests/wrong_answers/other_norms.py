"""Wrong answers to the exercises on layer, group and RMS norm."""

import numpy as np


class layer_norm:
    def columns(x, gamma, beta, eps):
        """BN: the statistics of each column."""
        return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta

    def axis_lost(x, gamma, beta, eps):
        """Forgets keepdims."""
        return gamma * (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps) + beta

    def divisor_n_minus_1(x, gamma, beta, eps):
        """Divides the variance by n - 1."""
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, ddof=1, keepdims=True)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta

    def eps_outside(x, gamma, beta, eps):
        """Adds eps outside the root."""
        mean, std = x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
        return gamma * (x - mean) / (std + eps) + beta

    def no_eps(x, gamma, beta, eps):
        """Forgets eps."""
        mean, std = x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
        return gamma * (x - mean) / std + beta

    def no_axis(x, gamma, beta, eps):
        """No axis: one mean and one variance for the whole batch."""
        return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta

    def gamma_of_a_row(x, gamma, beta, eps):
        """One gamma and beta for each row."""
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return gamma[:, None] * (x - mean) / np.sqrt(var + eps) + beta[:, None]

    def no_root(x, gamma, beta, eps):
        """Divides by the variance: no root."""
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return gamma * (x - mean) / (var + eps) + beta

    def no_gamma_and_beta(x, gamma, beta, eps):
        """Forgets gamma and beta."""
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return (x - mean) / np.sqrt(var + eps)

    def not_transposed_back(x, gamma, beta, eps):
        """Works on x transposed, and does not transpose back."""
        z = x.T
        z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
        return gamma[:, None] * z_hat + beta[:, None]


class group_norm:
    def every_other(x, groups, gamma, beta, eps):
        """Groups of every k-th channel, not of neighbours."""
        g = x.reshape(len(x), -1, groups)
        g = (g - g.mean(axis=1, keepdims=True)) / np.sqrt(g.var(axis=1, keepdims=True) + eps)
        return gamma * g.reshape(x.shape) + beta

    def groups_as_size(x, groups, gamma, beta, eps):
        """Takes groups for the number of channels in a group."""
        g = x.reshape(len(x), -1, groups)
        g = (g - g.mean(axis=2, keepdims=True)) / np.sqrt(g.var(axis=2, keepdims=True) + eps)
        return gamma * g.reshape(x.shape) + beta

    def over_the_batch_too(x, groups, gamma, beta, eps):
        """The statistics of a group over the batch too."""
        g = x.reshape(len(x), groups, -1)
        g = (g - g.mean(axis=(0, 2), keepdims=True)) / np.sqrt(g.var(axis=(0, 2), keepdims=True) + eps)
        return gamma * g.reshape(x.shape) + beta

    def over_the_groups(x, groups, gamma, beta, eps):
        """Right groups, wrong axis: over the groups, not inside each."""
        g = x.reshape(len(x), groups, -1)
        g = (g - g.mean(axis=1, keepdims=True)) / np.sqrt(g.var(axis=1, keepdims=True) + eps)
        return gamma * g.reshape(x.shape) + beta

    def one_group(x, groups, gamma, beta, eps):
        """Layer norm: ignores the groups."""
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta

    def not_put_back(x, groups, gamma, beta, eps):
        """Forgets to give the groups the shape of x again."""
        g = x.reshape(len(x), groups, -1)
        g = (g - g.mean(axis=2, keepdims=True)) / np.sqrt(g.var(axis=2, keepdims=True) + eps)
        return gamma * g + beta

    def columns(x, groups, gamma, beta, eps):
        """BN: the statistics of each column."""
        return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta

    def no_eps(x, groups, gamma, beta, eps):
        """Forgets eps."""
        g = x.reshape(len(x), groups, -1)
        g = (g - g.mean(axis=2, keepdims=True)) / g.std(axis=2, keepdims=True)
        return gamma * g.reshape(x.shape) + beta

    def no_gamma_and_beta(x, groups, gamma, beta, eps):
        """Forgets gamma and beta."""
        g = x.reshape(len(x), groups, -1)
        g = (g - g.mean(axis=2, keepdims=True)) / np.sqrt(g.var(axis=2, keepdims=True) + eps)
        return g.reshape(x.shape)

    def eps_outside(x, groups, gamma, beta, eps):
        """Adds eps outside the root."""
        g = x.reshape(len(x), groups, -1)
        g = (g - g.mean(axis=2, keepdims=True)) / (g.std(axis=2, keepdims=True) + eps)
        return gamma * g.reshape(x.shape) + beta


class rms_norm:
    def centered(x, gamma, eps):
        """Subtracts the mean, as layer norm does."""
        return gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)

    def columns(x, gamma, eps):
        """The mean square of each column."""
        return gamma * x / np.sqrt((x**2).mean(axis=0) + eps)

    def length(x, gamma, eps):
        """Divides by the length of the row: the sum of the squares, not their mean."""
        return gamma * x / np.sqrt((x**2).sum(axis=1, keepdims=True) + eps)

    def eps_outside(x, gamma, eps):
        """Adds eps outside the root."""
        return gamma * x / (np.sqrt((x**2).mean(axis=1, keepdims=True)) + eps)

    def no_eps(x, gamma, eps):
        """Forgets eps."""
        return gamma * x / np.sqrt((x**2).mean(axis=1, keepdims=True))

    def no_root(x, gamma, eps):
        """Divides by the mean square: no root."""
        return gamma * x / ((x**2).mean(axis=1, keepdims=True) + eps)

    def no_gamma(x, gamma, eps):
        """Forgets gamma."""
        return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)

    def square_of_the_mean(x, gamma, eps):
        """The square of the mean, not the mean of the squares."""
        return gamma * x / np.sqrt(x.mean(axis=1, keepdims=True) ** 2 + eps)

    def axis_lost(x, gamma, eps):
        """Forgets keepdims."""
        return gamma * x / np.sqrt((x**2).mean(axis=1) + eps)

    def by_the_standard_deviation(x, gamma, eps):
        """Divides by the standard deviation, and does not subtract the mean."""
        return gamma * x / np.sqrt(x.var(axis=1, keepdims=True) + eps)


class weight_standardize:
    def rows(W, eps):
        """Standardizes each row, over the outputs, as for a W of shape (outputs, inputs)."""
        return (W - W.mean(axis=1, keepdims=True)) / np.sqrt(W.var(axis=1, keepdims=True) + eps)

    def no_axis(W, eps):
        """No axis: one mean and one variance for all weights."""
        return (W - W.mean()) / np.sqrt(W.var() + eps)

    def divisor_minus_1(W, eps):
        """Divides the variance by the number of inputs minus 1."""
        return (W - W.mean(axis=0)) / np.sqrt(W.var(axis=0, ddof=1) + eps)

    def eps_outside(W, eps):
        """Adds eps outside the root."""
        return (W - W.mean(axis=0)) / (W.std(axis=0) + eps)

    def no_eps(W, eps):
        """Forgets eps."""
        return (W - W.mean(axis=0)) / W.std(axis=0)

    def no_root(W, eps):
        """Divides by the variance: no root."""
        return (W - W.mean(axis=0)) / (W.var(axis=0) + eps)

    def mean_only(W, eps):
        """Subtracts the mean, and does not divide."""
        return W - W.mean(axis=0)

    def no_mean(W, eps):
        """Divides, and does not subtract the mean."""
        return W / np.sqrt(W.var(axis=0) + eps)

    def length(W, eps):
        """Weight norm: divides by the length of the weights."""
        return W / np.sqrt((W**2).sum(axis=0) + eps)

    def in_place(W, eps):
        """Writes into W."""
        W -= W.mean(axis=0)
        W /= np.sqrt(W.var(axis=0) + eps)
        return W
