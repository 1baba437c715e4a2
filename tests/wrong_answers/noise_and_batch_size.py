"""Wrong answers to the exercises on small batches, several workers and micro-batches."""

import numpy as np


class merge_statistics:
    def plain_means(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """Plain means of both: as if both had as many examples, and no spread of the means."""
        return (mean_a + mean_b) / 2, (var_a + var_b) / 2

    def no_spread_of_the_means(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """Weighted means of both: forgets the distance of the means."""
        n = n_a + n_b
        return (n_a * mean_a + n_b * mean_b) / n, (n_a * var_a + n_b * var_b) / n

    def as_if_of_equal_size(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """Right for two workers with as many examples only."""
        return (mean_a + mean_b) / 2, (var_a + var_b) / 2 + (mean_a - mean_b) ** 2 / 4

    def sum_of_variances(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """Adds the variances, as for a sum of independent numbers."""
        return (n_a * mean_a + n_b * mean_b) / (n_a + n_b), var_a + var_b

    def divisor_minus_1(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """Divides by n - 1."""
        n, d = n_a + n_b, mean_a - mean_b
        return (n_a * mean_a + n_b * mean_b) / n, (n_a * var_a + n_b * var_b + n_a * n_b / n * d**2) / (n - 1)

    def mean_not_weighted(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """The plain mean of the means, though the variance is weighted."""
        mean = (mean_a + mean_b) / 2
        n = n_a + n_b
        return mean, (n_a * (var_a + (mean_a - mean) ** 2) + n_b * (var_b + (mean_b - mean) ** 2)) / n

    def standard_deviations(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """Averages the standard deviations."""
        n = n_a + n_b
        std = (n_a * np.sqrt(var_a) + n_b * np.sqrt(var_b)) / n
        return (n_a * mean_a + n_b * mean_b) / n, std**2

    def weights_exchanged(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """The weights exchanged."""
        n = n_a + n_b
        mean = (n_b * mean_a + n_a * mean_b) / n
        return mean, (n_b * (var_a + mean_a**2) + n_a * (var_b + mean_b**2)) / n - mean**2

    def second_moment(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """Returns the mean square: forgets to subtract the square of the mean."""
        n = n_a + n_b
        return (n_a * mean_a + n_b * mean_b) / n, (n_a * (var_a + mean_a**2) + n_b * (var_b + mean_b**2)) / n

    def spread_by_n_once(n_a, mean_a, var_a, n_b, mean_b, var_b):
        """Divides the term of the means by n, not by n squared."""
        n = n_a + n_b
        var = (n_a * var_a + n_b * var_b) / n + n_a * n_b * (mean_a - mean_b) ** 2 / n
        return (n_a * mean_a + n_b * mean_b) / n, var


class accumulated_gradient:
    def plain_mean(gradients, sizes):
        """The plain mean: each micro-batch counts as much."""
        return gradients.mean(axis=0)

    def plain_sum(gradients, sizes):
        """The plain sum, as if every backward() were simply added."""
        return gradients.sum(axis=0)

    def not_divided(gradients, sizes):
        """Weights by the sizes, and forgets to divide by their sum."""
        return (gradients * sizes[:, None]).sum(axis=0)

    def divided_by_k_too(gradients, sizes):
        """Divides by the sum of the sizes and by the number of micro-batches."""
        return (gradients * sizes[:, None] / sizes.sum()).mean(axis=0)

    def divided_by_sizes(gradients, sizes):
        """Divides each gradient by its size."""
        return (gradients / sizes[:, None]).sum(axis=0)

    def wrong_broadcast(gradients, sizes):
        """Sizes along the wrong axis."""
        return (gradients * sizes).sum(axis=0) / sizes.sum()

    def wrong_axis(gradients, sizes):
        """Sums over the parameters."""
        return (gradients * sizes[:, None]).sum(axis=1) / sizes.sum()

    def whole_numbers(gradients, sizes):
        """Whole-number division: the weights are 0."""
        weights = sizes // sizes.sum()
        return weights @ gradients

    def last_only(gradients, sizes):
        """Overwrites in the loop: only the last one is left."""
        for gradient, size in zip(gradients, sizes, strict=True):
            total = gradient * size / sizes.sum()
        return total

    def in_place(gradients, sizes):
        """Writes into gradients."""
        for k in range(len(sizes)):
            gradients[k] *= sizes[k]
        return gradients.sum(axis=0) / sizes.sum()


class ghost_normalize:
    def whole_batch(x, size, eps):
        """The statistics of the whole batch."""
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)

    def interleaved(x, size, eps):
        """Takes each k-th row into a group, not neighbours."""
        groups = x.reshape(size, -1, x.shape[1])
        x_hat = (groups - groups.mean(axis=0)) / np.sqrt(groups.var(axis=0) + eps)
        return x_hat.reshape(x.shape)

    def first_group(x, size, eps):
        """The first group's statistics for all."""
        first = x[:size]
        return (x - first.mean(axis=0)) / np.sqrt(first.var(axis=0) + eps)

    def not_put_back(x, size, eps):
        """Forgets to put the groups together again."""
        groups = x.reshape(-1, size, x.shape[1])
        mean, var = groups.mean(axis=1, keepdims=True), groups.var(axis=1, keepdims=True)
        return (groups - mean) / np.sqrt(var + eps)

    def number_of_groups(x, size, eps):
        """Takes size for the number of groups."""
        groups = np.array_split(x, size)
        return np.concatenate([(g - g.mean(axis=0)) / np.sqrt(g.var(axis=0) + eps) for g in groups])

    def no_eps(x, size, eps):
        """Forgets eps."""
        groups = x.reshape(-1, size, x.shape[1])
        x_hat = (groups - groups.mean(axis=1, keepdims=True)) / groups.std(axis=1, keepdims=True)
        return x_hat.reshape(x.shape)

    def divisor_minus_1(x, size, eps):
        """Divides the variance by size - 1."""
        y = np.zeros_like(x)
        for i in range(0, len(x), size):
            g = x[i : i + size]
            y[i : i + size] = (g - g.mean(axis=0)) / np.sqrt(g.var(axis=0, ddof=1) + eps)
        return y

    def over_units_too(x, size, eps):
        """The statistics over rows and units of a group."""
        y = np.zeros_like(x)
        for i in range(0, len(x), size):
            g = x[i : i + size]
            y[i : i + size] = (g - g.mean()) / np.sqrt(g.var() + eps)
        return y

    def in_place(x, size, eps):
        """Writes into x."""
        for i in range(0, len(x), size):
            g = x[i : i + size]
            x[i : i + size] = (g - g.mean(axis=0)) / np.sqrt(g.var(axis=0) + eps)
        return x

    def one_row_on(x, size, eps):
        """Goes on by one row, not by size: rows are normalized again and again."""
        y = x.copy()
        for i in range(len(x) - size + 1):
            g = y[i : i + size]
            y[i : i + size] = (g - g.mean(axis=0)) / np.sqrt(g.var(axis=0) + eps)
        return y


class batch_of_two:
    def plus_minus_gamma(a, b, gamma, beta, eps):
        """Ignores eps: exactly plus and minus 1."""
        s = np.sign(a - b)
        return np.array([beta + gamma * s, beta - gamma * s])

    def variance_of_the_difference(a, b, gamma, beta, eps):
        """The variance as (a - b)^2: not halved."""
        mean, var = (a + b) / 2, (a - b) ** 2
        return gamma * (np.array([a, b]) - mean) / np.sqrt(var + eps) + beta

    def divisor_1(a, b, gamma, beta, eps):
        """Divides the variance by m - 1, which is 1."""
        mean, var = (a + b) / 2, (a - b) ** 2 / 2
        return gamma * (np.array([a, b]) - mean) / np.sqrt(var + eps) + beta

    def wrong_sign(a, b, gamma, beta, eps):
        """The signs exchanged."""
        d = (b - a) / 2
        x_hat = d / np.sqrt(d**2 + eps)
        return np.array([beta + gamma * x_hat, beta - gamma * x_hat])

    def eps_outside(a, b, gamma, beta, eps):
        """Adds eps outside the root."""
        d = (a - b) / 2
        x_hat = d / (abs(d) + eps)
        return np.array([beta + gamma * x_hat, beta - gamma * x_hat])

    def no_root(a, b, gamma, beta, eps):
        """Divides by the variance: no root."""
        d = (a - b) / 2
        x_hat = d / (d**2 + eps)
        return np.array([beta + gamma * x_hat, beta - gamma * x_hat])

    def beta_scaled(a, b, gamma, beta, eps):
        """Shifts first, then scales."""
        d = (a - b) / 2
        x_hat = d / np.sqrt(d**2 + eps)
        return np.array([gamma * (x_hat + beta), gamma * (-x_hat + beta)])

    def a_pair(a, b, gamma, beta, eps):
        """Returns two values, not one array."""
        d = (a - b) / 2
        x_hat = d / np.sqrt(d**2 + eps)
        return gamma * x_hat + beta, -gamma * x_hat + beta

    def both_alike(a, b, gamma, beta, eps):
        """The sign of the second is forgotten."""
        d = (a - b) / 2
        x_hat = d / np.sqrt(d**2 + eps)
        return np.array([gamma * x_hat + beta, gamma * x_hat + beta])

    def brackets(a, b, gamma, beta, eps):
        """Forgets the brackets in a + b / 2."""
        mean = a + b / 2
        var = ((a - mean) ** 2 + (b - mean) ** 2) / 2
        return gamma * (np.array([a, b]) - mean) / np.sqrt(var + eps) + beta
