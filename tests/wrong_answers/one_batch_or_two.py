"""Wrong answers to the exercises on two kinds of examples in one batch, and on shuffled groups."""

import numpy as np


def norm(z, eps, axis=0):
    return (z - z.mean(axis=axis, keepdims=True)) / np.sqrt(z.var(axis=axis, keepdims=True) + eps)


class joint_batch:
    def two_batches(a, b, gamma, beta, eps):
        """Two batches: each kind by its own statistics."""
        return gamma * norm(a, eps) + beta, gamma * norm(b, eps) + beta

    def statistics_of_a(a, b, gamma, beta, eps):
        """The statistics of a for both."""
        mean, std = a.mean(axis=0), np.sqrt(a.var(axis=0) + eps)
        return gamma * (a - mean) / std + beta, gamma * (b - mean) / std + beta

    def average_of_the_statistics(a, b, gamma, beta, eps):
        """The average of the two means and of the two variances."""
        mean, var = (a.mean(axis=0) + b.mean(axis=0)) / 2, (a.var(axis=0) + b.var(axis=0)) / 2
        return gamma * (a - mean) / np.sqrt(var + eps) + beta, gamma * (b - mean) / np.sqrt(var + eps) + beta

    def weighted_without_between(a, b, gamma, beta, eps):
        """The mean is right; the variance forgets the distance of the two means."""
        mean = np.concatenate([a, b]).mean(axis=0)
        var = (len(a) * a.var(axis=0) + len(b) * b.var(axis=0)) / (len(a) + len(b))
        return gamma * (a - mean) / np.sqrt(var + eps) + beta, gamma * (b - mean) / np.sqrt(var + eps) + beta

    def not_split(a, b, gamma, beta, eps):
        """Does not split the answer."""
        return gamma * norm(np.concatenate([a, b]), eps) + beta

    def split_in_halves(a, b, gamma, beta, eps):
        """Splits in the middle, not behind the last row of a."""
        y = gamma * norm(np.concatenate([a, b]), eps) + beta
        half = len(y) // 2
        return y[:half], y[half:]

    def exchanged(a, b, gamma, beta, eps):
        """Returns y of b first."""
        y = gamma * norm(np.concatenate([a, b]), eps) + beta
        return y[len(a) :], y[: len(a)]

    def no_gamma_and_beta(a, b, gamma, beta, eps):
        """Forgets gamma and beta."""
        y = norm(np.concatenate([a, b]), eps)
        return y[: len(a)], y[len(a) :]

    def side_by_side(a, b, gamma, beta, eps):
        """Joins along the columns, as other features: raises."""
        y = gamma * norm(np.concatenate([a, b], axis=1), eps) + beta
        return y[:, : a.shape[1]], y[:, a.shape[1] :]

    def eps_outside(a, b, gamma, beta, eps):
        """Eps outside the root."""
        both = np.concatenate([a, b])
        y = gamma * (both - both.mean(axis=0)) / (both.std(axis=0) + eps) + beta
        return y[: len(a)], y[len(a) :]


class shuffled_groups:
    def not_put_back(x, order, size, eps):
        """Does not put the rows back."""
        return norm(x[order].reshape(-1, size, x.shape[1]), eps, axis=1).reshape(x.shape)

    def shuffled_again(x, order, size, eps):
        """Shuffles once more instead of putting back."""
        return norm(x[order].reshape(-1, size, x.shape[1]), eps, axis=1).reshape(x.shape)[order]

    def not_shuffled(x, order, size, eps):
        """Groups of the rows as they are: forgets the shuffle."""
        return norm(x.reshape(-1, size, x.shape[1]), eps, axis=1).reshape(x.shape)

    def one_batch(x, order, size, eps):
        """One group: normalizes over the whole batch."""
        return norm(x, eps)

    def other_direction(x, order, size, eps):
        """The other direction of the shuffle: row i goes to place order[i]."""
        back = np.argsort(order)
        return norm(x[back].reshape(-1, size, x.shape[1]), eps, axis=1).reshape(x.shape)[order]

    def over_the_groups(x, order, size, eps):
        """The statistics over the groups, not inside each: the wrong axis."""
        y = np.empty_like(x)
        y[order] = norm(x[order].reshape(-1, size, x.shape[1]), eps, axis=0).reshape(x.shape)
        return y

    def number_of_groups(x, order, size, eps):
        """Takes size for the number of groups."""
        y = np.empty_like(x)
        y[order] = norm(x[order].reshape(size, -1, x.shape[1]), eps, axis=1).reshape(x.shape)
        return y

    def over_the_columns_too(x, order, size, eps):
        """One mean and variance for all columns of a group."""
        y = np.empty_like(x)
        y[order] = norm(x[order].reshape(-1, size, x.shape[1]), eps, axis=(1, 2)).reshape(x.shape)
        return y

    def not_normalized(x, order, size, eps):
        """Shuffles and puts back, but forgets to normalize."""
        y = np.empty_like(x)
        y[order] = x[order]
        return y

    def in_place(x, order, size, eps):
        """Writes into x."""
        for start in range(0, len(x), size):
            rows = order[start : start + size]
            x[rows] = norm(x[rows], eps)
        return x
