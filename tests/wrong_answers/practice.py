"""Wrong answers to the exercises on fine-tuning, saving and loading, padding, and weight decay."""

import numpy as np


class weight_decays:
    def all_arrays(names, shapes, decay):
        """Decays everything."""
        return np.full(len(names), decay)

    def by_the_name_weight(names, shapes, decay):
        """Goes by the name weight: gamma has it too."""
        return np.array([decay if name.endswith("weight") else 0.0 for name in names])

    def by_the_name_bn(names, shapes, decay):
        """Leaves out what is called bn: a norm of another name gets it."""
        return np.array([decay if "weight" in name and "bn" not in name else 0.0 for name in names])

    def not_the_biases(names, shapes, decay):
        """Leaves out the biases only."""
        return np.array([0.0 if "bias" in name else decay for name in names])

    def exchanged(names, shapes, decay):
        """The wrong way round."""
        return np.array([0.0 if len(shape) > 1 else decay for shape in shapes])

    def matrices_only(names, shapes, decay):
        """Forgets the filters, which have four axes."""
        return np.array([decay if len(shape) == 2 else 0.0 for shape in shapes])

    def a_list(names, shapes, decay):
        """Returns a list."""
        return [decay if len(shape) > 1 else 0.0 for shape in shapes]

    def yes_or_no(names, shapes, decay):
        """Returns yes or no, not the decay."""
        return np.array([len(shape) > 1 for shape in shapes])

    def shape_for_its_length(names, shapes, decay):
        """Compares a shape with a number: raises."""
        return np.array([decay if shape > 1 else 0.0 for shape in shapes])

    def no_return(names, shapes, decay):
        """Forgets the return."""
        decays = np.zeros(len(shapes))
        for i, shape in enumerate(shapes):
            if len(shape) > 1:
                decays[i] = decay


class what_moves:
    def eval_stops_gamma(trained, batch_statistics, momentum):
        """Takes eval mode for a stop of the training of gamma."""
        return trained & batch_statistics, batch_statistics & (momentum != 0), batch_statistics

    def momentum_ignored(trained, batch_statistics, momentum):
        """Ignores momentum 0."""
        return trained, batch_statistics, batch_statistics

    def frozen_gamma_stops_the_averages(trained, batch_statistics, momentum):
        """Takes requires_grad for a stop of the running statistics."""
        return trained, trained & batch_statistics & (momentum != 0), batch_statistics

    def output_with_gamma(trained, batch_statistics, momentum):
        """Takes requires_grad for what makes the output depend on the batch."""
        return trained, batch_statistics & (momentum != 0), batch_statistics & trained

    def modes_exchanged(trained, batch_statistics, momentum):
        """The modes exchanged for the output."""
        return trained, batch_statistics & (momentum != 0), ~batch_statistics

    def momentum_of_keras(trained, batch_statistics, momentum):
        """The other convention of momentum: 1 stops the averages."""
        return trained, batch_statistics & (momentum != 1), batch_statistics

    def all_by_requires_grad(trained, batch_statistics, momentum):
        """Takes requires_grad for the switch of everything."""
        return trained, trained, trained

    def other_order(trained, batch_statistics, momentum):
        """Returns the last two in the wrong order."""
        return trained, batch_statistics, batch_statistics & (momentum != 0)

    def word_and(trained, batch_statistics, momentum):
        """The word `and` between arrays: raises."""
        return trained, batch_statistics and momentum != 0, batch_statistics

    def output_with_the_averages(trained, batch_statistics, momentum):
        """Takes momentum 0 for eval mode: the output no longer depends on the batch."""
        running = batch_statistics & (momentum != 0)
        return trained, running, running


class ordered_weights:
    def no_start(classes, batches, a):
        """Forgets the start value."""
        kept = (1 - a) ** batches
        return (1 - kept) * kept ** np.arange(classes - 1, -1, -1)

    def reversed_order(classes, batches, a):
        """The classes from the last to the first."""
        kept = (1 - a) ** batches
        return np.append(kept**classes, (1 - kept) * kept ** np.arange(classes))

    def momentum_exchanged(classes, batches, a):
        """Takes a for the weight of the past."""
        kept = a**batches
        return np.append(kept**classes, (1 - kept) * kept ** np.arange(classes - 1, -1, -1))

    def all_equal(classes, batches, a):
        """All classes count as much, as in a plain average."""
        return np.append(0.0, np.full(classes, 1 / classes))

    def one_batch_each(classes, batches, a):
        """As if each class had one batch."""
        kept = 1 - a
        return np.append(kept**classes, a * kept ** np.arange(classes - 1, -1, -1))

    def last_class_only(classes, batches, a):
        """Only the last class is left."""
        weights = np.zeros(classes + 1)
        weights[-1] = 1
        return weights

    def one_class_later(classes, batches, a):
        """One class too many behind each: an exponent too large by one."""
        kept = (1 - a) ** batches
        return np.append(kept**classes, (1 - kept) * kept ** np.arange(classes, 0, -1))

    def start_forgotten(classes, batches, a):
        """The weight of the start is 0."""
        kept = (1 - a) ** batches
        return np.append(0.0, (1 - kept) * kept ** np.arange(classes - 1, -1, -1))

    def share_not_counted(classes, batches, a):
        """What is kept of a class later on, without the weight that it got itself."""
        kept = (1 - a) ** batches
        return np.append(kept**classes, kept ** np.arange(classes - 1, -1, -1))

    def last_batch_of_each(classes, batches, a):
        """Counts the last batch of each class only."""
        kept = (1 - a) ** batches
        return np.append(kept**classes, a * kept ** np.arange(classes - 1, -1, -1))


class load_loosely:
    def by_position(own_names, own_values, saved_names, saved_values):
        """By position, not by name."""
        values = own_values.copy()
        n = min(len(own_values), len(saved_values))
        values[:n] = saved_values[:n]
        return values, len(set(own_names) - set(saved_names)), len(set(saved_names) - set(own_names))

    def exchanged(own_names, own_values, saved_names, saved_values):
        """Missing and unexpected exchanged."""
        saved = dict(zip(saved_names, saved_values, strict=True))
        values = np.array([saved.get(name, value) for name, value in zip(own_names, own_values, strict=True)])
        return values, len(set(saved_names) - set(own_names)), len(set(own_names) - set(saved_names))

    def zeros(own_names, own_values, saved_names, saved_values):
        """Zeros for what is missing, not the net's own values."""
        saved = dict(zip(saved_names, saved_values, strict=True))
        values = np.array([saved.get(name, 0.0) for name in own_names])
        return values, len(set(own_names) - set(saved_names)), len(set(saved_names) - set(own_names))

    def names_for_counts(own_names, own_values, saved_names, saved_values):
        """Returns the names, not how many they are."""
        saved = dict(zip(saved_names, saved_values, strict=True))
        values = np.array([saved.get(name, value) for name, value in zip(own_names, own_values, strict=True)])
        return values, sorted(set(own_names) - set(saved_names)), sorted(set(saved_names) - set(own_names))

    def prefix_cut(own_names, own_values, saved_names, saved_values):
        """Cuts the prefix module. off, which strict=False does not do."""
        saved_names = [name.removeprefix("module.") for name in saved_names]
        saved = dict(zip(saved_names, saved_values, strict=True))
        values = np.array([saved.get(name, value) for name, value in zip(own_names, own_values, strict=True)])
        return values, len(set(own_names) - set(saved_names)), len(set(saved_names) - set(own_names))

    def in_place(own_names, own_values, saved_names, saved_values):
        """Writes into the net's own values."""
        for name, value in zip(saved_names, saved_values, strict=True):
            if name in own_names:
                own_values[own_names.index(name)] = value
        return own_values, len(set(own_names) - set(saved_names)), len(set(saved_names) - set(own_names))

    def strict(own_names, own_values, saved_names, saved_values):
        """As strict=True: raises where a name is missing."""
        saved = dict(zip(saved_names, saved_values, strict=True))
        return np.array([saved[name] for name in own_names]), 0, 0

    def difference_of_lengths(own_names, own_values, saved_names, saved_values):
        """Counts by the lengths of the lists, not by the names."""
        saved = dict(zip(saved_names, saved_values, strict=True))
        values = np.array([saved.get(name, value) for name, value in zip(own_names, own_values, strict=True)])
        more = len(own_names) - len(saved_names)
        return values, max(more, 0), max(-more, 0)

    def nothing_loaded(own_names, own_values, saved_names, saved_values):
        """Loads nothing."""
        missing, unexpected = set(own_names) - set(saved_names), set(saved_names) - set(own_names)
        return own_values.copy(), len(missing), len(unexpected)

    def missing_only(own_names, own_values, saved_names, saved_values):
        """Returns two values: forgets the unexpected names."""
        saved = dict(zip(saved_names, saved_values, strict=True))
        values = np.array([saved.get(name, value) for name, value in zip(own_names, own_values, strict=True)])
        return values, len(set(own_names) - set(saved_names))


class continued_average:
    def half_and_half(mean, seen, batches):
        """The old average counts as much as all new batches together."""
        return (mean + batches.mean(axis=0)) / 2, seen + len(batches)

    def starts_again(mean, seen, batches):
        """Forgets the old average, and starts the counter again."""
        return batches.mean(axis=0), len(batches)

    def momentum(mean, seen, batches):
        """The exponential average with momentum 0.1."""
        for batch in batches:
            mean = 0.9 * mean + 0.1 * batch
        return mean, seen + len(batches)

    def old_counts_once(mean, seen, batches):
        """The old average counts as one batch."""
        return (mean + batches.sum(axis=0)) / (1 + len(batches)), seen + len(batches)

    def counter_stands(mean, seen, batches):
        """Does not move the counter."""
        return (seen * mean + batches.sum(axis=0)) / (seen + len(batches)), seen

    def counter_too_late(mean, seen, batches):
        """Divides by the counter before it is moved: one too small."""
        for batch in batches:
            mean = mean + (batch - mean) / seen
            seen += 1
        return mean, seen

    def average_only(mean, seen, batches):
        """Returns the average alone."""
        return (seen * mean + batches.sum(axis=0)) / (seen + len(batches))

    def counts_units(mean, seen, batches):
        """Takes the number of units for the number of batches."""
        now = seen + batches.shape[1]
        return (seen * mean + batches.sum(axis=0)) / now, now

    def in_place(mean, seen, batches):
        """Writes into mean."""
        for batch in batches:
            seen += 1
            mean += (batch - mean) / seen
        return mean, seen

    def old_not_weighted(mean, seen, batches):
        """Adds the old average without its weight, and divides by the number of all."""
        now = seen + len(batches)
        return (mean + batches.sum(axis=0)) / now, now


class masked_statistics:
    def no_mask(x, mask):
        """Ignores the mask: padding counts."""
        return x.mean(axis=(0, 1)), x.var(axis=(0, 1))

    def zeros_counted(x, mask):
        """Sets the padding to 0, and counts these zeros."""
        z = x * mask[..., None]
        return z.mean(axis=(0, 1)), z.var(axis=(0, 1))

    def variance_with_zeros(x, mask):
        """The mean is right, but the variance counts the padding, as zeros."""
        mean = x[mask].mean(axis=0)
        return mean, ((x * mask[..., None] - mean) ** 2).mean(axis=(0, 1))

    def inverted(x, mask):
        """The statistics of the padding: the mask the wrong way round."""
        return x[~mask].mean(axis=0), x[~mask].var(axis=0)

    def divisor_minus_1(x, mask):
        """Divides the variance by the number of real places minus 1."""
        return x[mask].mean(axis=0), x[mask].var(axis=0, ddof=1)

    def standard_deviation(x, mask):
        """Returns the standard deviation."""
        return x[mask].mean(axis=0), x[mask].std(axis=0)

    def no_axis(x, mask):
        """No axis: one number for all channels."""
        return x[mask].mean(), x[mask].var()

    def mean_of_means(x, mask):
        """The mean of the sequences' own means: short sequences count as much as long ones."""
        means = np.array([row[real].mean(axis=0) for row, real in zip(x, mask, strict=True)])
        variances = np.array([row[real].var(axis=0) for row, real in zip(x, mask, strict=True)])
        return means.mean(axis=0), variances.mean(axis=0)

    def no_broadcast(x, mask):
        """Multiplies shapes that do not fit: raises."""
        z = x * mask
        return z.sum(axis=(0, 1)) / mask.sum(), z.var(axis=(0, 1))

    def second_moment(x, mask):
        """Forgets to subtract the mean in the variance."""
        n = mask.sum()
        z = x * mask[..., None]
        return z.sum(axis=(0, 1)) / n, (z**2).sum(axis=(0, 1)) / n


class per_step_statistics:
    def over_time_too(x):
        """Over the steps as well: one number for each channel."""
        return x.mean(axis=(0, 1)), x.var(axis=(0, 1))

    def over_time_only(x):
        """Over the steps of each sequence, not over the sequences."""
        return x.mean(axis=1), x.var(axis=1)

    def over_channels(x):
        """Over the channels, as layer norm does."""
        return x.mean(axis=2), x.var(axis=2)

    def divisor_m_minus_1(x):
        """Divides the variance by m - 1."""
        return x.mean(axis=0), x.var(axis=0, ddof=1)

    def standard_deviation(x):
        """Returns the standard deviation."""
        return x.mean(axis=0), x.std(axis=0)

    def first_step(x):
        """The first step only."""
        return x[:, 0].mean(axis=0), x[:, 0].var(axis=0)

    def exchanged(x):
        """Returns the variance first."""
        return x.var(axis=0), x.mean(axis=0)

    def about_the_mean_of_all(x):
        """The variance about the mean of all steps."""
        return x.mean(axis=0), ((x - x.mean(axis=(0, 1))) ** 2).mean(axis=0)

    def mean_only(x):
        """Returns the mean alone."""
        return x.mean(axis=0)

    def kept_axis(x):
        """Keeps the axis of the sequences."""
        return x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)


class renormalize:
    def no_limits(x, mean, var, r_max, d_max, eps):
        """No limits: that is eval mode."""
        batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
        return (x - x.mean(axis=0)) / batch_std * (batch_std / std) + (x.mean(axis=0) - mean) / std

    def r_inverted(x, mean, var, r_max, d_max, eps):
        """r the wrong way round."""
        batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
        r = np.clip(std / batch_std, 1 / r_max, r_max)
        d = np.clip((x.mean(axis=0) - mean) / std, -d_max, d_max)
        return (x - x.mean(axis=0)) / batch_std * r + d

    def d_by_the_batch(x, mean, var, r_max, d_max, eps):
        """Divides d by the batch's standard deviation."""
        batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
        r = np.clip(batch_std / std, 1 / r_max, r_max)
        d = np.clip((x.mean(axis=0) - mean) / batch_std, -d_max, d_max)
        return (x - x.mean(axis=0)) / batch_std * r + d

    def d_with_the_wrong_sign(x, mean, var, r_max, d_max, eps):
        """d with the wrong sign."""
        batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
        r = np.clip(batch_std / std, 1 / r_max, r_max)
        d = np.clip((mean - x.mean(axis=0)) / std, -d_max, d_max)
        return (x - x.mean(axis=0)) / batch_std * r + d

    def r_from_above_only(x, mean, var, r_max, d_max, eps):
        """Limits r from above only."""
        batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
        r = np.minimum(batch_std / std, r_max)
        d = np.clip((x.mean(axis=0) - mean) / std, -d_max, d_max)
        return (x - x.mean(axis=0)) / batch_std * r + d

    def plain_bn(x, mean, var, r_max, d_max, eps):
        """Plain BN: no correction."""
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)

    def d_first(x, mean, var, r_max, d_max, eps):
        """Adds d before it multiplies by r."""
        batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
        r = np.clip(batch_std / std, 1 / r_max, r_max)
        d = np.clip((x.mean(axis=0) - mean) / std, -d_max, d_max)
        return ((x - x.mean(axis=0)) / batch_std + d) * r

    def no_d(x, mean, var, r_max, d_max, eps):
        """Forgets d."""
        batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
        return (x - x.mean(axis=0)) / batch_std * np.clip(batch_std / std, 1 / r_max, r_max)

    def ratio_of_variances(x, mean, var, r_max, d_max, eps):
        """r is the ratio of the variances: no root."""
        batch_var, std = x.var(axis=0) + eps, np.sqrt(var + eps)
        r = np.clip(batch_var / (var + eps), 1 / r_max, r_max)
        d = np.clip((x.mean(axis=0) - mean) / std, -d_max, d_max)
        return (x - x.mean(axis=0)) / np.sqrt(batch_var) * r + d

    def d_from_above_only(x, mean, var, r_max, d_max, eps):
        """Limits d from above only."""
        batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
        r = np.clip(batch_std / std, 1 / r_max, r_max)
        d = np.minimum((x.mean(axis=0) - mean) / std, d_max)
        return (x - x.mean(axis=0)) / batch_std * r + d
