"""Wrong answers to the exercises on residual blocks, a γ that starts at 0, and the length of weights under decay."""

import numpy as np


def norm(z, eps):
    return (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)


class residual_block:
    def no_skip(h, W1, W2, gamma, beta, eps):
        """Forgets the skip connection."""
        return gamma * norm(np.maximum(norm(h @ W1, eps), 0) @ W2, eps) + beta

    def no_relu(h, W1, W2, gamma, beta, eps):
        """Forgets the ReLU."""
        return h + gamma * norm(norm(h @ W1, eps) @ W2, eps) + beta

    def relu_behind_the_sum(h, W1, W2, gamma, beta, eps):
        """One more ReLU behind the sum, as in the first ResNet."""
        return np.maximum(h + gamma * norm(np.maximum(norm(h @ W1, eps), 0) @ W2, eps) + beta, 0)

    def bn_behind_the_sum(h, W1, W2, gamma, beta, eps):
        """The second BN behind the sum: it takes in the skip path."""
        return gamma * norm(h + np.maximum(norm(h @ W1, eps), 0) @ W2, eps) + beta

    def first_bn_with_gamma(h, W1, W2, gamma, beta, eps):
        """Gamma and beta in the first BN, not in the second."""
        return h + norm(np.maximum(gamma * norm(h @ W1, eps) + beta, 0) @ W2, eps)

    def no_second_bn(h, W1, W2, gamma, beta, eps):
        """Forgets the second BN, and keeps gamma and beta."""
        return h + gamma * (np.maximum(norm(h @ W1, eps), 0) @ W2) + beta

    def relu_before_bn(h, W1, W2, gamma, beta, eps):
        """ReLU before the first BN."""
        return h + gamma * norm(norm(np.maximum(h @ W1, 0), eps) @ W2, eps) + beta

    def over_the_units(h, W1, W2, gamma, beta, eps):
        """Statistics of each example, as layer norm does."""
        return h + gamma * norm((np.maximum(norm((h @ W1).T, eps).T, 0) @ W2).T, eps).T + beta

    def scales_the_skip_path(h, W1, W2, gamma, beta, eps):
        """Brackets in the wrong place: gamma multiplies the skip path too."""
        return gamma * (h + norm(np.maximum(norm(h @ W1, eps), 0) @ W2, eps)) + beta

    def star_for_matrix_product(h, W1, W2, gamma, beta, eps):
        """A star where the matrix product belongs: raises."""
        return h + gamma * norm(np.maximum(norm(h * W1, eps), 0) * W2, eps) + beta


class zero_gamma_step:
    def no_beta(h, z, dy, lr, eps):
        """Forgets that beta moves, too."""
        z_hat = norm(z, eps)
        return h - lr * (dy * z_hat).sum(axis=0) * z_hat

    def stays_dead(h, z, dy, lr, eps):
        """Multiplies the gradient of gamma by gamma, which is 0: the block stays the identity."""
        gamma = np.zeros(h.shape[1])
        gamma = gamma - lr * gamma * (dy * norm(z, eps)).sum(axis=0)
        return h + gamma * norm(z, eps)

    def uphill(h, z, dy, lr, eps):
        """Goes uphill: adds the gradients."""
        z_hat = norm(z, eps)
        return h + lr * (dy * z_hat).sum(axis=0) * z_hat + lr * dy.sum(axis=0)

    def mean_gradient(h, z, dy, lr, eps):
        """The mean over the examples, not the sum."""
        z_hat = norm(z, eps)
        return h - lr * (dy * z_hat).mean(axis=0) * z_hat - lr * dy.mean(axis=0)

    def gamma_from_one(h, z, dy, lr, eps):
        """Starts gamma at 1, as usual."""
        z_hat = norm(z, eps)
        return h + (1 - lr * (dy * z_hat).sum(axis=0)) * z_hat - lr * dy.sum(axis=0)

    def only_the_branch(h, z, dy, lr, eps):
        """Returns the branch alone."""
        z_hat = norm(z, eps)
        return -lr * (dy * z_hat).sum(axis=0) * z_hat - lr * dy.sum(axis=0)

    def gradient_with_z(h, z, dy, lr, eps):
        """Takes z, not the normalized z, in the gradient of gamma."""
        return h - lr * (dy * z).sum(axis=0) * norm(z, eps) - lr * dy.sum(axis=0)

    def one_gamma(h, z, dy, lr, eps):
        """One gamma and one beta for the whole layer."""
        z_hat = norm(z, eps)
        return h - lr * (dy * z_hat).sum() * z_hat - lr * dy.sum()

    def step_on_the_output(h, z, dy, lr, eps):
        """Moves the output itself by its gradient."""
        return h - lr * dy

    def no_normalization(h, z, dy, lr, eps):
        """Forgets to normalize."""
        return h - lr * (dy * z).sum(axis=0) * z - lr * dy.sum(axis=0)


class skipinit_backward:
    def mean_for_alpha(dy, branch, alpha):
        """The mean for alpha, not the sum."""
        return float((dy * branch).mean()), alpha * dy, dy.copy()

    def alpha_without_the_branch(dy, branch, alpha):
        """Forgets the branch in the gradient of alpha."""
        return float(dy.sum()), alpha * dy, dy.copy()

    def branch_without_alpha(dy, branch, alpha):
        """Forgets alpha in the gradient of the branch."""
        return float((dy * branch).sum()), dy.copy(), dy.copy()

    def skip_with_alpha(dy, branch, alpha):
        """Alpha on the skip path too."""
        return float((dy * branch).sum()), alpha * dy, alpha * dy

    def skip_with_the_rest(dy, branch, alpha):
        """The skip path gets what is left: 1 - alpha, as in a weighted average."""
        return float((dy * branch).sum()), alpha * dy, (1 - alpha) * dy

    def one_alpha_a_column(dy, branch, alpha):
        """Sums over the examples only, as for gamma: one number for each unit."""
        return (dy * branch).sum(axis=0), alpha * dy, dy.copy()

    def both_paths(dy, branch, alpha):
        """Adds the branch's share to the gradient at h."""
        return float((dy * branch).sum()), alpha * dy, dy + alpha * dy

    def branch_times_alpha(dy, branch, alpha):
        """Takes the branch's value for the gradient at the branch."""
        return float((dy * branch).sum()), alpha * branch, dy.copy()

    def skip_and_branch_exchanged(dy, branch, alpha):
        """Returns the last two in the wrong order."""
        return float((dy * branch).sum()), dy.copy(), alpha * dy

    def no_skip(dy, branch, alpha):
        """Zero on the skip path, since it has no parameter."""
        return float((dy * branch).sum()), alpha * dy, np.zeros_like(dy)


class balanced_length:
    def square_root(lr, decay, c):
        """The square root, not the fourth root: |w|²."""
        return (lr * c**2 / (2 * decay)) ** 0.5

    def no_root(lr, decay, c):
        """Forgets the root: |w| to the fourth power."""
        return lr * c**2 / (2 * decay)

    def two_forgotten(lr, decay, c):
        """Forgets the 2 of the decay."""
        return (lr * c**2 / decay) ** 0.25

    def lr_cancelled(lr, decay, c):
        """Cancels lr altogether, though the growth has lr²."""
        return (c**2 / (2 * decay)) ** 0.25

    def lr_squared(lr, decay, c):
        """Keeps lr², and forgets the lr of the decay."""
        return (lr**2 * c**2 / (2 * decay)) ** 0.25

    def gradient_not_squared(lr, decay, c):
        """Forgets to square the gradient, so that |w|³ is found."""
        return (lr * c / (2 * decay)) ** (1 / 3)

    def gradient_of_fixed_length(lr, decay, c):
        """Takes c itself for the gradient's length, whatever |w| is, and then c for the root of c²."""
        return lr * c / (2 * decay)

    def upside_down(lr, decay, c):
        """The fraction upside down."""
        return (2 * decay / (lr * c**2)) ** 0.25

    def brackets_forgotten(lr, decay, c):
        """Writes / 2 * decay: multiplies by the decay."""
        return (lr * c**2 / 2 * decay) ** 0.25

    def wrong_exponent_operator(lr, decay, c):
        """Writes ^ for the power: raises."""
        return (lr * c ^ 2 / (2 * decay)) ** 0.25
