"""Wrong answers to the exercises on bias correction, re-estimated statistics and folding."""

import numpy as np


class bias_correction:
    def from_0(v, beta):
        """Counts t from 0: divides by 0."""
        return v / (1 - beta ** np.arange(len(v)))

    def no_power(v, beta):
        """Divides by 1 - beta for all t."""
        return v / (1 - beta)

    def multiplied(v, beta):
        """Multiplies, where it must divide."""
        return v * (1 - beta ** np.arange(1, len(v) + 1))

    def by_the_power(v, beta):
        """Divides by beta^t."""
        return v / beta ** np.arange(1, len(v) + 1)

    def last_t_for_all(v, beta):
        """Takes the last t for all."""
        return v / (1 - beta ** len(v))

    def from_2(v, beta):
        """Counts t from 2: one too many."""
        return v / (1 - beta ** (np.arange(1, len(v) + 1) + 1))

    def times_t(v, beta):
        """Beta times t, not to the power t."""
        return v / (1 - beta * np.arange(1, len(v) + 1))

    def power_outside(v, beta):
        """The power of the difference: (1 - beta)^t."""
        return v / (1 - beta) ** np.arange(1, len(v) + 1)

    def last_only(v, beta):
        """Corrects and returns the last one only."""
        return v[-1] / (1 - beta ** len(v))

    def in_place(v, beta):
        """Writes into v."""
        for t in range(len(v)):
            v[t] = v[t] / (1 - beta ** (t + 1))
        return v


class reestimate:
    def no_relu(x, W1, gamma1, beta1, W2, eps):
        """Forgets the ReLU between the layers."""
        z = x @ W1
        h = gamma1 * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta1
        u = h @ W2
        return z.mean(axis=0), z.var(axis=0), u.mean(axis=0), u.var(axis=0)

    def divisor_minus_1(x, W1, gamma1, beta1, W2, eps):
        """Divides the variances by the number of examples minus 1."""
        z = x @ W1
        h = np.maximum(gamma1 * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0, ddof=1) + eps) + beta1, 0)
        u = h @ W2
        return z.mean(axis=0), z.var(axis=0, ddof=1), u.mean(axis=0), u.var(axis=0, ddof=1)

    def no_first_bn(x, W1, gamma1, beta1, W2, eps):
        """Leaves the first BN out on the way to the second layer."""
        z = x @ W1
        u = np.maximum(z, 0) @ W2
        return z.mean(axis=0), z.var(axis=0), u.mean(axis=0), u.var(axis=0)

    def standard_deviations(x, W1, gamma1, beta1, W2, eps):
        """Returns standard deviations."""
        z = x @ W1
        h = np.maximum(gamma1 * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta1, 0)
        u = h @ W2
        return z.mean(axis=0), z.std(axis=0), u.mean(axis=0), u.std(axis=0)

    def after_bn(x, W1, gamma1, beta1, W2, eps):
        """Takes the statistics behind the BN layers, not before them."""
        z = x @ W1
        y = gamma1 * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta1
        u = np.maximum(y, 0) @ W2
        return y.mean(axis=0), y.var(axis=0), u.mean(axis=0), u.var(axis=0)

    def no_gamma_and_beta(x, W1, gamma1, beta1, W2, eps):
        """Forgets gamma and beta of the first BN."""
        z = x @ W1
        u = np.maximum((z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps), 0) @ W2
        return z.mean(axis=0), z.var(axis=0), u.mean(axis=0), u.var(axis=0)

    def before_W2(x, W1, gamma1, beta1, W2, eps):
        """The statistics of the hidden units, before W2."""
        z = x @ W1
        h = np.maximum(gamma1 * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta1, 0)
        return z.mean(axis=0), z.var(axis=0), h.mean(axis=0), h.var(axis=0)

    def other_order(x, W1, gamma1, beta1, W2, eps):
        """Returns both means first, then both variances."""
        z = x @ W1
        h = np.maximum(gamma1 * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta1, 0)
        u = h @ W2
        return z.mean(axis=0), u.mean(axis=0), z.var(axis=0), u.var(axis=0)

    def no_axis(x, W1, gamma1, beta1, W2, eps):
        """No axis: one number for all units of a layer."""
        z = x @ W1
        h = np.maximum(gamma1 * (z - z.mean()) / np.sqrt(z.var() + eps) + beta1, 0)
        u = h @ W2
        return z.mean(), z.var(), u.mean(), u.var()

    def no_eps(x, W1, gamma1, beta1, W2, eps):
        """Forgets eps in the first BN."""
        z = x @ W1
        h = np.maximum(gamma1 * (z - z.mean(axis=0)) / z.std(axis=0) + beta1, 0)
        u = h @ W2
        return z.mean(axis=0), z.var(axis=0), u.mean(axis=0), u.var(axis=0)


class fold:
    def no_mean(W, b, gamma, beta, mean, var, eps):
        """Forgets the running mean."""
        scale = gamma / np.sqrt(var + eps)
        return W * scale, b * scale + beta

    def rows(W, b, gamma, beta, mean, var, eps):
        """Scales the rows of W, as for a W of shape (out, in)."""
        scale = gamma / np.sqrt(var + eps)
        return W * scale[:, None], (b - mean) * scale + beta

    def b_not_scaled(W, b, gamma, beta, mean, var, eps):
        """Does not scale b."""
        scale = gamma / np.sqrt(var + eps)
        return W * scale, b + beta - mean * scale

    def no_eps(W, b, gamma, beta, mean, var, eps):
        """Forgets eps."""
        scale = gamma / np.sqrt(var)
        return W * scale, (b - mean) * scale + beta

    def no_root(W, b, gamma, beta, mean, var, eps):
        """Divides by the variance: no root."""
        scale = gamma / (var + eps)
        return W * scale, (b - mean) * scale + beta

    def no_b(W, b, gamma, beta, mean, var, eps):
        """Forgets b, as if the layer had none."""
        scale = gamma / np.sqrt(var + eps)
        return W * scale, beta - mean * scale

    def no_gamma(W, b, gamma, beta, mean, var, eps):
        """Forgets gamma."""
        scale = 1 / np.sqrt(var + eps)
        return W * scale, (b - mean) * scale + beta

    def beta_scaled(W, b, gamma, beta, mean, var, eps):
        """Scales beta too."""
        scale = gamma / np.sqrt(var + eps)
        return W * scale, (b - mean + beta) * scale

    def plus_mean(W, b, gamma, beta, mean, var, eps):
        """Adds the mean, where it must subtract."""
        scale = gamma / np.sqrt(var + eps)
        return W * scale, (b + mean) * scale + beta

    def in_place(W, b, gamma, beta, mean, var, eps):
        """Writes into W."""
        scale = gamma / np.sqrt(var + eps)
        W *= scale
        return W, (b - mean) * scale + beta
