"""Wrong answers to the exercises on new data and mixed data."""

import numpy as np


class adabn:
    def statistics_of_x(x, W, gamma, beta, eps):
        """The statistics of x, before W."""
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        return gamma * (x_hat @ W) + beta

    def divisor_m_minus_1(x, W, gamma, beta, eps):
        """Divides the variance by m - 1."""
        z = x @ W
        return gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0, ddof=1) + eps) + beta

    def rows(x, W, gamma, beta, eps):
        """The statistics of each example."""
        z = x @ W
        z_hat = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + eps)
        return gamma * z_hat + beta

    def no_eps(x, W, gamma, beta, eps):
        """Forgets eps."""
        z = x @ W
        return gamma * (z - z.mean(axis=0)) / z.std(axis=0) + beta

    def no_gamma_and_beta(x, W, gamma, beta, eps):
        """Throws gamma and beta away with the old statistics."""
        z = x @ W
        return (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)

    def no_root(x, W, gamma, beta, eps):
        """Divides by the variance: no root."""
        z = x @ W
        return gamma * (z - z.mean(axis=0)) / (z.var(axis=0) + eps) + beta

    def half_of_the_data(x, W, gamma, beta, eps):
        """The statistics of the first half of the data only."""
        z = x @ W
        part = z[: len(z) // 2]
        return gamma * (z - part.mean(axis=0)) / np.sqrt(part.var(axis=0) + eps) + beta

    def mean_only(x, W, gamma, beta, eps):
        """Replaces the mean only: does not divide."""
        z = x @ W
        return gamma * (z - z.mean(axis=0)) + beta

    def eps_outside(x, W, gamma, beta, eps):
        """Adds eps outside the root."""
        z = x @ W
        return gamma * (z - z.mean(axis=0)) / (z.std(axis=0) + eps) + beta

    def no_axis(x, W, gamma, beta, eps):
        """No axis: one mean and one variance for all units."""
        z = x @ W
        return gamma * (z - z.mean()) / np.sqrt(z.var() + eps) + beta


class mixed_statistics:
    def no_spread_of_the_means(share, mean_a, var_a, mean_b, var_b):
        """Forgets the distance of the means."""
        return share * mean_a + (1 - share) * mean_b, share * var_a + (1 - share) * var_b

    def weights_exchanged(share, mean_a, var_a, mean_b, var_b):
        """Gives share to b."""
        mean = (1 - share) * mean_a + share * mean_b
        return mean, (1 - share) * var_a + share * var_b + share * (1 - share) * (mean_a - mean_b) ** 2

    def squared_weights(share, mean_a, var_a, mean_b, var_b):
        """Squares the weights, as for the variance of a sum of independent numbers."""
        return share * mean_a + (1 - share) * mean_b, share**2 * var_a + (1 - share) ** 2 * var_b

    def half_and_half(share, mean_a, var_a, mean_b, var_b):
        """Takes both halves as equal, whatever the share."""
        return (mean_a + mean_b) / 2, (var_a + var_b) / 2 + ((mean_a - mean_b) / 2) ** 2

    def not_squared(share, mean_a, var_a, mean_b, var_b):
        """The distance of the means is not squared."""
        var = share * var_a + (1 - share) * var_b + share * (1 - share) * np.abs(mean_a - mean_b)
        return share * mean_a + (1 - share) * mean_b, var

    def distance_not_weighted(share, mean_a, var_a, mean_b, var_b):
        """The squared distance of the means without its weights."""
        return share * mean_a + (1 - share) * mean_b, share * var_a + (1 - share) * var_b + (mean_a - mean_b) ** 2

    def standard_deviations(share, mean_a, var_a, mean_b, var_b):
        """Mixes the standard deviations."""
        std = share * np.sqrt(var_a) + (1 - share) * np.sqrt(var_b)
        return share * mean_a + (1 - share) * mean_b, std**2

    def second_moment(share, mean_a, var_a, mean_b, var_b):
        """Returns the mean square: forgets to subtract the square of the mean."""
        square = share * (var_a + mean_a**2) + (1 - share) * (var_b + mean_b**2)
        return share * mean_a + (1 - share) * mean_b, square

    def minus(share, mean_a, var_a, mean_b, var_b):
        """Subtracts the term of the means."""
        var = share * var_a + (1 - share) * var_b - share * (1 - share) * (mean_a - mean_b) ** 2
        return share * mean_a + (1 - share) * mean_b, var

    def exchanged(share, mean_a, var_a, mean_b, var_b):
        """Returns the variance first."""
        mean = share * mean_a + (1 - share) * mean_b
        return share * var_a + (1 - share) * var_b + share * (1 - share) * (mean_a - mean_b) ** 2, mean
