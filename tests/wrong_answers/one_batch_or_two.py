"""Wrong answers to the exercises on two kinds of examples in one batch, a shift of one kind, and shuffled groups."""

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


class shift_gradient:
    def two_batches(real, fake, dreal, dfake, eps):
        """The pass back of the fakes alone, as in two batches: the sum is 0."""
        z, std = norm(fake, eps), np.sqrt(fake.var(axis=0) + eps)
        return ((dfake - dfake.mean(axis=0) - z * (dfake * z).mean(axis=0)) / std).sum(axis=0)

    def through_nothing(real, fake, dreal, dfake, eps):
        """Only sums what arrives at the fakes: forgets BN."""
        return dfake.sum(axis=0)

    def statistics_held(real, fake, dreal, dfake, eps):
        """Holds mean and variance fixed, as in eval mode."""
        both = np.concatenate([real, fake])
        return (dfake / np.sqrt(both.var(axis=0) + eps)).sum(axis=0)

    def all_rows(real, fake, dreal, dfake, eps):
        """Sums over the real rows, too: 0."""
        both, dy = np.concatenate([real, fake]), np.concatenate([dreal, dfake])
        z, std = norm(both, eps), np.sqrt(both.var(axis=0) + eps)
        return ((dy - dy.mean(axis=0) - z * (dy * z).mean(axis=0)) / std).sum(axis=0)

    def mean_of_the_rows(real, fake, dreal, dfake, eps):
        """The mean over the fakes, not the sum."""
        both, dy = np.concatenate([real, fake]), np.concatenate([dreal, dfake])
        z, std = norm(both, eps), np.sqrt(both.var(axis=0) + eps)
        return ((dy - dy.mean(axis=0) - z * (dy * z).mean(axis=0)) / std)[len(real) :].mean(axis=0)

    def rows_of_the_real(real, fake, dreal, dfake, eps):
        """Takes the first rows, which are the real ones."""
        both, dy = np.concatenate([real, fake]), np.concatenate([dreal, dfake])
        z, std = norm(both, eps), np.sqrt(both.var(axis=0) + eps)
        return ((dy - dy.mean(axis=0) - z * (dy * z).mean(axis=0)) / std)[: len(fake)].sum(axis=0)

    def through_the_mean_only(real, fake, dreal, dfake, eps):
        """Forgets the gradient through the variance."""
        both, dy = np.concatenate([real, fake]), np.concatenate([dreal, dfake])
        return ((dy - dy.mean(axis=0)) / np.sqrt(both.var(axis=0) + eps))[len(real) :].sum(axis=0)

    def real_sends_nothing(real, fake, dreal, dfake, eps):
        """Thinks that the gradients of the real rows do not reach the fakes."""
        both, dy = np.concatenate([real, fake]), np.concatenate([0 * dreal, dfake])
        z, std = norm(both, eps), np.sqrt(both.var(axis=0) + eps)
        return ((dy - dy.mean(axis=0) - z * (dy * z).mean(axis=0)) / std)[len(real) :].sum(axis=0)

    def not_summed(real, fake, dreal, dfake, eps):
        """Returns the gradient of each fake."""
        both, dy = np.concatenate([real, fake]), np.concatenate([dreal, dfake])
        z, std = norm(both, eps), np.sqrt(both.var(axis=0) + eps)
        return ((dy - dy.mean(axis=0) - z * (dy * z).mean(axis=0)) / std)[len(real) :]

    def not_divided(real, fake, dreal, dfake, eps):
        """Forgets to divide by the root of the variance."""
        both, dy = np.concatenate([real, fake]), np.concatenate([dreal, dfake])
        z = norm(both, eps)
        return (dy - dy.mean(axis=0) - z * (dy * z).mean(axis=0))[len(real) :].sum(axis=0)


class same_company:
    def order_read_backwards(order, size):
        """Takes order[i] for the place of key i."""
        return order // size == np.arange(len(order)) // size

    def place_in_the_group(order, size):
        """Compares the places in the groups, not the groups."""
        return np.argsort(order) % size == np.arange(len(order)) % size

    def did_not_move(order, size):
        """True where the key did not move at all."""
        return order == np.arange(len(order))

    def number_of_groups(order, size):
        """Takes size for the number of groups."""
        m = len(order)
        return np.argsort(order) // (m // size) == np.arange(m) // (m // size)

    def opposite(order, size):
        """True where they lie apart."""
        return np.argsort(order) // size != np.arange(len(order)) // size

    def how_many(order, size):
        """Returns how many there are."""
        return int((np.argsort(order) // size == np.arange(len(order)) // size).sum())

    def near(order, size):
        """True where the key has moved by less than size places."""
        return np.abs(np.argsort(order) - np.arange(len(order))) < size

    def before_and_after(order, size):
        """Compares each place with its key, not each query: one array of shuffled rows."""
        groups = np.arange(len(order)) // size
        return groups[order] == groups

    def two_at_a_time(order, size):
        """True if any of the group's own keys came back."""
        groups = order.reshape(-1, size) // size
        return np.repeat((groups == np.arange(len(groups))[:, None]).any(axis=1), size)

    def always(order, size):
        """Thinks that shuffling and putting back changes nothing."""
        return np.ones(len(order), bool)


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
