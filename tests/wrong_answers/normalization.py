"""Wrong answers to the exercises of lesson 1."""

import numpy as np


class standardize_new:
    def own_statistics(train, new):
        """The new data's own mean and standard deviation."""
        return (new - new.mean(axis=0)) / new.std(axis=0)

    def train_and_new_together(train, new):
        """The statistics of both tables together: the new data leak in."""
        both = np.concatenate([train, new])
        return (new - both.mean(axis=0)) / both.std(axis=0)

    def divisor_m_minus_1(train, new):
        """Divides by m - 1."""
        return (new - train.mean(axis=0)) / train.std(axis=0, ddof=1)

    def by_the_variance(train, new):
        """Divides by the variance, not by its root."""
        return (new - train.mean(axis=0)) / train.var(axis=0)

    def one_number_for_all(train, new):
        """No axis: one mean for all columns."""
        return (new - train.mean()) / train.std()

    def no_mean(train, new):
        """Forgets to subtract the mean."""
        return new / train.std(axis=0)

    def rows(train, new):
        """The statistics of each row."""
        return (new - train.mean(axis=1)) / train.std(axis=1)

    def spread_of_new(train, new):
        """The mean of train, but the standard deviation of new."""
        return (new - train.mean(axis=0)) / new.std(axis=0)

    def no_brackets(train, new):
        """Forgets the brackets around the difference."""
        return new - train.mean(axis=0) / train.std(axis=0)

    def in_place(train, new):
        """Writes into new."""
        new -= train.mean(axis=0)
        new /= train.std(axis=0)
        return new


class conv_statistics:
    def over_examples_only(maps):
        """Only over the examples: one number for each pixel."""
        return maps.mean(axis=0), maps.var(axis=0)

    def each_example(maps):
        """Each example alone, as instance normalization does."""
        return maps.mean(axis=(1, 2)), maps.var(axis=(1, 2))

    def divisor_minus_1(maps):
        """Divides the variance by the number of values minus 1."""
        return maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2), ddof=1)

    def standard_deviation(maps):
        """Returns the standard deviation as the variance."""
        return maps.mean(axis=(0, 1, 2)), maps.std(axis=(0, 1, 2))

    def channels_first(maps):
        """Takes axis 1 for the channels, as PyTorch lays maps out."""
        return maps.mean(axis=(0, 2, 3)), maps.var(axis=(0, 2, 3))

    def mean_only(maps):
        """Returns the mean alone."""
        return maps.mean(axis=(0, 1, 2))

    def exchanged(maps):
        """Returns the variance first."""
        return maps.var(axis=(0, 1, 2)), maps.mean(axis=(0, 1, 2))

    def mean_of_the_variances(maps):
        """Averages the variances of the examples: what lies between the examples is lost."""
        return maps.mean(axis=(0, 1, 2)), maps.var(axis=(1, 2)).mean(axis=0)

    def no_axis(maps):
        """No axis: one number for all channels."""
        return maps.mean(), maps.var()

    def reshaped_the_wrong_way(maps):
        """Reshapes to (channels, ...): the values of the channels are mixed."""
        rows = maps.reshape(maps.shape[-1], -1)
        return rows.mean(axis=1), rows.var(axis=1)


class stable_variance:
    def one_pass(x):
        """The mean of the squares minus the square of the mean."""
        return (x**2).mean(axis=0) - x.mean(axis=0) ** 2

    def one_pass_clipped(x):
        """One pass, and what is below 0 set to 0."""
        return np.maximum((x * x).mean(axis=0) - x.mean(axis=0) ** 2, 0)

    def divisor_m_minus_1(x):
        """Divides by m - 1."""
        return x.var(axis=0, ddof=1)

    def standard_deviation(x):
        """Returns the standard deviation."""
        return x.std(axis=0)

    def in_float32(x):
        """Rounds to float32 first."""
        return x.astype(np.float32).var(axis=0)

    def no_axis(x):
        """No axis: one number for all columns."""
        return x.var()

    def rows(x):
        """The variance of each row."""
        return x.var(axis=1)

    def absolute_deviation(x):
        """The mean of the absolute differences, not of their squares."""
        return np.abs(x - x.mean(axis=0)).mean(axis=0)

    def not_divided(x):
        """Sums the squares and forgets to divide by m."""
        return ((x - x.mean(axis=0)) ** 2).sum(axis=0)

    def about_the_first_row(x):
        """Subtracts the first row, and takes the mean square of that for the variance."""
        return ((x - x[0]) ** 2).mean(axis=0)
