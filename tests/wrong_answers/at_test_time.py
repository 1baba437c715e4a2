"""Wrong answers to the exercises of lesson 4, and on averages over the batches."""

import numpy as np


class two_modes:
    def batch_in_eval(x, gamma, beta, mean, var, momentum, eps, training):
        """The batch's own statistics in eval mode too."""
        batch_mean, batch_var, m = x.mean(axis=0), x.var(axis=0), len(x)
        y = gamma * (x - batch_mean) / np.sqrt(batch_var + eps) + beta
        if training:
            mean = (1 - momentum) * mean + momentum * batch_mean
            var = (1 - momentum) * var + momentum * batch_var * m / (m - 1)
        return y, mean, var

    def momentum_exchanged(x, gamma, beta, mean, var, momentum, eps, training):
        """The other convention: momentum is the weight of the past."""
        if not training:
            return gamma * (x - mean) / np.sqrt(var + eps) + beta, mean, var
        y = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
        mean = momentum * mean + (1 - momentum) * x.mean(axis=0)
        var = momentum * var + (1 - momentum) * x.var(axis=0, ddof=1)
        return y, mean, var

    def running_variance_by_m(x, gamma, beta, mean, var, momentum, eps, training):
        """Divides the variance by m for the running average too."""
        if training:
            mu, sigma2 = x.mean(axis=0), x.var(axis=0)
            mean, var = (1 - momentum) * mean + momentum * mu, (1 - momentum) * var + momentum * sigma2
        else:
            mu, sigma2 = mean, var
        return gamma * (x - mu) / np.sqrt(sigma2 + eps) + beta, mean, var

    def unbiased_everywhere(x, gamma, beta, mean, var, momentum, eps, training):
        """Divides the variance by m - 1 for the output too."""
        if training:
            mu, sigma2 = x.mean(axis=0), x.var(axis=0, ddof=1)
            mean, var = (1 - momentum) * mean + momentum * mu, (1 - momentum) * var + momentum * sigma2
        else:
            mu, sigma2 = mean, var
        return gamma * (x - mu) / np.sqrt(sigma2 + eps) + beta, mean, var

    def never_updated(x, gamma, beta, mean, var, momentum, eps, training):
        """Never moves the running statistics."""
        if training:
            y = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
        else:
            y = gamma * (x - mean) / np.sqrt(var + eps) + beta
        return y, mean, var

    def updated_in_eval(x, gamma, beta, mean, var, momentum, eps, training):
        """Moves the running statistics in eval mode too."""
        mu, sigma2 = (x.mean(axis=0), x.var(axis=0)) if training else (mean, var)
        y = gamma * (x - mu) / np.sqrt(sigma2 + eps) + beta
        mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
        var = (1 - momentum) * var + momentum * x.var(axis=0, ddof=1)
        return y, mean, var

    def batch_statistics_returned(x, gamma, beta, mean, var, momentum, eps, training):
        """Returns the statistics of the batch, with no average."""
        if training:
            mean, var = x.mean(axis=0), x.var(axis=0)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, mean, var

    def running_in_training(x, gamma, beta, mean, var, momentum, eps, training):
        """Updates first, and normalizes by the running statistics in training mode too."""
        if training:
            mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
            var = (1 - momentum) * var + momentum * x.var(axis=0, ddof=1)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, mean, var

    def eval_without_gamma(x, gamma, beta, mean, var, momentum, eps, training):
        """Forgets gamma and beta in eval mode."""
        if not training:
            return (x - mean) / np.sqrt(var + eps), mean, var
        y = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
        mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
        var = (1 - momentum) * var + momentum * x.var(axis=0, ddof=1)
        return y, mean, var

    def in_place(x, gamma, beta, mean, var, momentum, eps, training):
        """Writes into mean and var, as a layer would into its buffers."""
        if not training:
            return gamma * (x - mean) / np.sqrt(var + eps) + beta, mean, var
        y = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
        mean += momentum * (x.mean(axis=0) - mean)
        var += momentum * (x.var(axis=0, ddof=1) - var)
        return y, mean, var


class course_average:
    def weights_exchanged(values, beta):
        """The weights exchanged: PyTorch's convention."""
        v, averages = 0.0, []
        for value in values:
            v = (1 - beta) * v + beta * value
            averages.append(v)
        return np.array(averages)

    def corrected(values, beta):
        """Corrects the bias, which was not asked for."""
        v, averages = 0.0, []
        for t, value in enumerate(values, start=1):
            v = beta * v + (1 - beta) * value
            averages.append(v / (1 - beta**t))
        return np.array(averages)

    def from_the_first_value(values, beta):
        """Starts from the first value, not from 0."""
        v, averages = values[0], []
        for value in values:
            v = beta * v + (1 - beta) * value
            averages.append(v)
        return np.array(averages)

    def last_only(values, beta):
        """Returns the last v only."""
        v = 0.0
        for value in values:
            v = beta * v + (1 - beta) * value
        return v

    def with_v_0(values, beta):
        """Returns v = 0 as well: one number too many."""
        averages = [0.0]
        for value in values:
            averages.append(beta * averages[-1] + (1 - beta) * value)
        return np.array(averages)

    def stored_before(values, beta):
        """Stores v before it is updated: all one place too late."""
        v, averages = 0.0, []
        for value in values:
            averages.append(v)
            v = beta * v + (1 - beta) * value
        return np.array(averages)

    def a_list(values, beta):
        """Returns a list."""
        v, averages = 0.0, []
        for value in values:
            v = beta * v + (1 - beta) * value
            averages.append(v)
        return averages

    def no_factor(values, beta):
        """Forgets the factor 1 - beta."""
        v, averages = 0.0, []
        for value in values:
            v = beta * v + value
            averages.append(v)
        return np.array(averages)

    def plain_mean(values, beta):
        """The plain mean of all values so far."""
        return np.cumsum(values) / np.arange(1, len(values) + 1)

    def of_the_last_value(values, beta):
        """Mixes each value with the one before it, not with v."""
        averages = np.empty(len(values))
        for t in range(len(values)):
            averages[t] = beta * (values[t - 1] if t else 0) + (1 - beta) * values[t]
        return averages


class running_statistics:
    def momentum_exchanged(batches, momentum):
        """Momentum as the weight of the past."""
        mean, var = 0, 1
        for x in batches:
            mean = momentum * mean + (1 - momentum) * x.mean(axis=0)
            var = momentum * var + (1 - momentum) * x.var(axis=0, ddof=1)
        return mean, var

    def divided_by_m(batches, momentum):
        """Divides the variance by m."""
        mean, var = 0, 1
        for x in batches:
            mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
            var = (1 - momentum) * var + momentum * x.var(axis=0)
        return mean, var

    def variance_from_0(batches, momentum):
        """Starts the variance from 0."""
        n = batches[0].shape[1]
        mean, var = np.zeros(n), np.zeros(n)
        for x in batches:
            mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
            var = (1 - momentum) * var + momentum * x.var(axis=0, ddof=1)
        return mean, var

    def from_the_first_batch(batches, momentum):
        """Starts from the first batch's statistics."""
        mean, var = batches[0].mean(axis=0), batches[0].var(axis=0, ddof=1)
        for x in batches[1:]:
            mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
            var = (1 - momentum) * var + momentum * x.var(axis=0, ddof=1)
        return mean, var

    def plain_mean(batches, momentum):
        """The plain mean over the batches."""
        means, variances = [x.mean(axis=0) for x in batches], [x.var(axis=0, ddof=1) for x in batches]
        return np.mean(means, axis=0), np.mean(variances, axis=0)

    def all_together(batches, momentum):
        """The statistics of all examples together."""
        x = np.concatenate(batches)
        return x.mean(axis=0), x.var(axis=0, ddof=1)

    def standard_deviations(batches, momentum):
        """Averages standard deviations."""
        mean, std = 0, 1
        for x in batches:
            mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
            std = (1 - momentum) * std + momentum * x.std(axis=0, ddof=1)
        return mean, std

    def rows(batches, momentum):
        """The statistics of each row."""
        mean, var = 0, 1
        for x in batches:
            mean = (1 - momentum) * mean + momentum * x.mean(axis=1)
            var = (1 - momentum) * var + momentum * x.var(axis=1, ddof=1)
        return mean, var

    def returns_in_the_loop(batches, momentum):
        """Returns after the first batch."""
        mean, var = 0, 1
        for x in batches:
            mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
            var = (1 - momentum) * var + momentum * x.var(axis=0, ddof=1)
            return mean, var

    def about_the_running_mean(batches, momentum):
        """The squares are taken about the running mean, not the batch's own."""
        mean, var = 0, 1
        for x in batches:
            mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
            var = (1 - momentum) * var + momentum * ((x - mean) ** 2).sum(axis=0) / (len(x) - 1)
        return mean, var
