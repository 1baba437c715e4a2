"""Wrong answers to the exercises on averaged weights, 16 bits, federated learning, and quantization."""

import numpy as np


class averaged_weights:
    def average_of_the_variances(weights, x):
        """Averages the variances of the nets; that of the average is smaller."""
        z = x @ weights
        return weights.mean(axis=0), z.mean(axis=(0, 1)), z.var(axis=1).mean(axis=0)

    def last_net(weights, x):
        """The statistics of the last net, with the averaged weights."""
        z = x @ weights[-1]
        return weights.mean(axis=0), z.mean(axis=0), z.var(axis=0)

    def sum_of_the_nets(weights, x):
        """Adds the weights, and does not divide by k."""
        W = weights.sum(axis=0)
        z = x @ W
        return W, z.mean(axis=0), z.var(axis=0)

    def axis_of_the_inputs(weights, x):
        """Averages over the inputs, not over the nets: raises, or gives another shape."""
        W = weights.mean(axis=1)
        z = x @ W
        return W, z.mean(axis=0), z.var(axis=0)

    def pooled(weights, x):
        """The variance of the outputs of all nets together."""
        z = x @ weights
        return weights.mean(axis=0), z.mean(axis=(0, 1)), z.var(axis=(0, 1))

    def divisor_m_minus_1(weights, x):
        """Divides the variance by m - 1."""
        z = x @ weights.mean(axis=0)
        return weights.mean(axis=0), z.mean(axis=0), z.var(axis=0, ddof=1)

    def standard_deviation(weights, x):
        """Returns the standard deviation."""
        z = x @ weights.mean(axis=0)
        return weights.mean(axis=0), z.mean(axis=0), z.std(axis=0)

    def of_the_inputs(weights, x):
        """Mean and variance of x, not of x W."""
        return weights.mean(axis=0), x.mean(axis=0), x.var(axis=0)

    def running_average(weights, x):
        """An exponential average of the weights, with momentum 0.1."""
        W = weights[0]
        for other in weights[1:]:
            W = 0.9 * W + 0.1 * other
        return W, (x @ W).mean(axis=0), (x @ W).var(axis=0)

    def no_weights_returned(weights, x):
        """Forgets to return W."""
        z = x @ weights.mean(axis=0)
        return z.mean(axis=0), z.var(axis=0)


class stands_still:
    def whole_step(v, momentum):
        """Forgets that rounding goes to the nearest: a whole step, not half."""
        return float(np.spacing(np.float16(v))) / momentum

    def no_momentum(v, momentum):
        """Half a step, as if new were stored itself."""
        return float(np.spacing(np.float16(v))) / 2

    def times_momentum(v, momentum):
        """Multiplies by the momentum."""
        return float(np.spacing(np.float16(v))) / 2 * momentum

    def weight_of_the_past(v, momentum):
        """Takes the momentum for the weight of the past."""
        return float(np.spacing(np.float16(v))) / 2 / (1 - momentum)

    def float32(v, momentum):
        """The step of float32."""
        return float(np.spacing(np.float32(v))) / 2 / momentum

    def same_step_everywhere(v, momentum):
        """Takes the step at 1 for every v."""
        return float(np.finfo(np.float16).eps) / 2 / momentum

    def relative_step(v, momentum):
        """Takes the step as proportional to v: eps times v."""
        return float(np.finfo(np.float16).eps) * v / 2 / momentum

    def new_itself(v, momentum):
        """Returns new, not its distance from v."""
        return v + float(np.spacing(np.float16(v))) / 2 / momentum

    def no_return(v, momentum):
        """Forgets the return."""
        float(np.spacing(np.float16(v))) / 2 / momentum

    def spacing_of_the_wrong_module(v, momentum):
        """Looks for spacing where it is not: raises."""
        return np.float16(v).spacing() / 2 / momentum


class federated_statistics:
    def clients_alike(counts, means, variances):
        """Every client counts as much, whatever its count; with the variance of the means."""
        return means.mean(axis=0), variances.mean(axis=0) + means.var(axis=0)

    def plain_averages(counts, means, variances):
        """Plain averages of both: neither counts nor the variance of the means."""
        return means.mean(axis=0), variances.mean(axis=0)

    def between_forgotten(counts, means, variances):
        """Weights by the counts, but forgets the variance of the means."""
        share = (counts / counts.sum())[:, None]
        return (share * means).sum(axis=0), (share * variances).sum(axis=0)

    def means_variance_unweighted(counts, means, variances):
        """The variance of the means without the counts."""
        share = (counts / counts.sum())[:, None]
        return (share * means).sum(axis=0), (share * variances).sum(axis=0) + means.var(axis=0)

    def second_moment(counts, means, variances):
        """Forgets to subtract the square of the mean."""
        share = (counts / counts.sum())[:, None]
        return (share * means).sum(axis=0), (share * (variances + means**2)).sum(axis=0)

    def divisor_minus_1(counts, means, variances):
        """Divides by the number of all minus 1."""
        n = counts.sum()
        mean = counts @ means / n
        return mean, counts @ (variances + (means - mean) ** 2) / (n - 1)

    def between_only(counts, means, variances):
        """The variance of the means only: forgets the variance inside each client."""
        mean = counts @ means / counts.sum()
        return mean, counts @ (means - mean) ** 2 / counts.sum()

    def not_divided(counts, means, variances):
        """Multiplies by the counts, and does not divide by their sum."""
        mean = counts @ means
        return mean, counts @ (variances + (means - mean) ** 2)

    def no_broadcast(counts, means, variances):
        """Counts of shape (k,) against (k, n): raises."""
        mean = (counts * means).sum(axis=0) / counts.sum()
        return mean, (counts * (variances + (means - mean) ** 2)).sum(axis=0) / counts.sum()

    def squared_shares(counts, means, variances):
        """The variance with squared shares, as for the variance of a weighted sum."""
        share = (counts / counts.sum())[:, None]
        return (share * means).sum(axis=0), (share**2 * variances).sum(axis=0)


class quantize:
    def one_scale(W, bits):
        """One scale for the whole matrix."""
        scale = np.abs(W).max() / (2 ** (bits - 1) - 1)
        return np.round(W / scale) * scale

    def scale_of_a_row(W, bits):
        """One scale for each row."""
        scale = np.abs(W).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
        return np.round(W / scale) * scale

    def integers(W, bits):
        """Returns the integers: forgets to multiply by the scale."""
        scale = np.abs(W).max(axis=0) / (2 ** (bits - 1) - 1)
        return np.round(W / scale)

    def bits_without_sign(W, bits):
        """Forgets the sign bit: twice as many integers."""
        scale = np.abs(W).max(axis=0) / (2**bits - 1)
        return np.round(W / scale) * scale

    def one_integer_more(W, bits):
        """The largest integer is one too large: 2^(bits - 1)."""
        scale = np.abs(W).max(axis=0) / 2 ** (bits - 1)
        return np.round(W / scale) * scale

    def cut_off(W, bits):
        """Cuts the fraction off instead of rounding."""
        scale = np.abs(W).max(axis=0) / (2 ** (bits - 1) - 1)
        return (W / scale).astype(int) * scale

    def rounded_down(W, bits):
        """Rounds down always."""
        scale = np.abs(W).max(axis=0) / (2 ** (bits - 1) - 1)
        return np.floor(W / scale) * scale

    def no_abs(W, bits):
        """Forgets the absolute value: the largest weight, not the largest |weight|."""
        scale = W.max(axis=0) / (2 ** (bits - 1) - 1)
        return np.round(W / scale) * scale

    def hat_for_power(W, bits):
        """Writes ^ for the power, which is another operation in Python."""
        scale = np.abs(W).max(axis=0) / ((2 ^ (bits - 1)) - 1)
        return np.round(W / scale) * scale

    def in_place(W, bits):
        """Writes into W."""
        scale = np.abs(W).max(axis=0) / (2 ** (bits - 1) - 1)
        W /= scale
        return np.round(W) * scale
