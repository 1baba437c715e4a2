"""Wrong answers to the exercises on BN in a network: a layer, its bias, training."""

import numpy as np


class layer_forward:
    def relu_before(x, W, gamma, beta, eps):
        """The ReLU before BN."""
        z = np.maximum(x @ W, 0)
        return gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta

    def no_relu(x, W, gamma, beta, eps):
        """Forgets the ReLU."""
        z = x @ W
        return gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta

    def rows(x, W, gamma, beta, eps):
        """The statistics of each row."""
        z = x @ W
        z_hat = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + eps)
        return np.maximum(gamma * z_hat + beta, 0)

    def W_transposed(x, W, gamma, beta, eps):
        """Multiplies by W transposed."""
        z = x @ W.T
        return np.maximum(gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta, 0)

    def no_eps(x, W, gamma, beta, eps):
        """Forgets eps."""
        z = x @ W
        return np.maximum(gamma * (z - z.mean(axis=0)) / z.std(axis=0) + beta, 0)

    def bn_of_the_input(x, W, gamma, beta, eps):
        """Normalizes x before the linear layer."""
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        return np.maximum(gamma * (x_hat @ W) + beta, 0)

    def relu_of_x_hat(x, W, gamma, beta, eps):
        """The ReLU before gamma and beta."""
        z = x @ W
        z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
        return gamma * np.maximum(z_hat, 0) + beta

    def no_root(x, W, gamma, beta, eps):
        """Divides by the variance: no root."""
        z = x @ W
        return np.maximum(gamma * (z - z.mean(axis=0)) / (z.var(axis=0) + eps) + beta, 0)

    def np_max(x, W, gamma, beta, eps):
        """np.max, which takes 0 for the axis, where np.maximum is meant."""
        z = x @ W
        y = gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta
        return np.max(y, 0)

    def mask(x, W, gamma, beta, eps):
        """Returns where y is above 0, not y there: brackets."""
        z = x @ W
        y = gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta
        return y * y > 0


class leave_bias_out:
    def nothing_changes(b, gamma, beta, mean, var, eps):
        """Nothing changes: true in training mode only."""
        return beta, mean

    def into_beta(b, gamma, beta, mean, var, eps):
        """Moves b into beta: right in eval mode only."""
        return beta + gamma * b / np.sqrt(var + eps), mean

    def plus_b(b, gamma, beta, mean, var, eps):
        """Adds b to the running mean."""
        return beta, mean + b

    def b_to_beta_too(b, gamma, beta, mean, var, eps):
        """Adds b to beta, and takes it from the mean."""
        return beta + b, mean - b

    def b_to_beta(b, gamma, beta, mean, var, eps):
        """Adds b to beta as it is."""
        return beta + b, mean

    def minus_into_beta(b, gamma, beta, mean, var, eps):
        """Takes the scaled b from beta: wrong sign, and in eval mode only."""
        return beta - gamma * b / np.sqrt(var + eps), mean

    def exchanged(b, gamma, beta, mean, var, eps):
        """Returns the mean first."""
        return mean - b, beta

    def folded(b, gamma, beta, mean, var, eps):
        """Folds the mean and b into beta, as for a net without BN."""
        return beta + gamma * (b - mean) / np.sqrt(var + eps), np.zeros_like(mean)

    def twice(b, gamma, beta, mean, var, eps):
        """Takes b from the mean, and adds it to beta once more."""
        return beta + gamma * b / np.sqrt(var + eps), mean - b

    def in_place(b, gamma, beta, mean, var, eps):
        """Writes into mean."""
        mean -= b
        return beta, mean


class training_loop:
    def sums(x_hat, target, gamma, beta, lr, steps):
        """Sums over the examples, where the loss has a mean."""
        for _ in range(steps):
            error = gamma * x_hat + beta - target
            gamma, beta = gamma - lr * (error * x_hat).sum(axis=0), beta - lr * error.sum(axis=0)
        return gamma, beta

    def returns_in_the_loop(x_hat, target, gamma, beta, lr, steps):
        """Returns inside the loop: one step only."""
        for _ in range(steps):
            error = gamma * x_hat + beta - target
            gamma = gamma - lr * (error * x_hat).mean(axis=0)
            beta = beta - lr * error.mean(axis=0)
            return gamma, beta

    def uphill(x_hat, target, gamma, beta, lr, steps):
        """Adds the gradient."""
        for _ in range(steps):
            error = gamma * x_hat + beta - target
            gamma, beta = gamma + lr * (error * x_hat).mean(axis=0), beta + lr * error.mean(axis=0)
        return gamma, beta

    def factor_2(x_hat, target, gamma, beta, lr, steps):
        """The gradient of the square without its one half: twice as large."""
        for _ in range(steps):
            error = gamma * x_hat + beta - target
            gamma, beta = gamma - lr * 2 * (error * x_hat).mean(axis=0), beta - lr * 2 * error.mean(axis=0)
        return gamma, beta

    def error_before_the_loop(x_hat, target, gamma, beta, lr, steps):
        """Computes the error once, before the loop."""
        error = gamma * x_hat + beta - target
        for _ in range(steps):
            gamma = gamma - lr * (error * x_hat).mean(axis=0)
            beta = beta - lr * error.mean(axis=0)
        return gamma, beta

    def one_after_the_other(x_hat, target, gamma, beta, lr, steps):
        """Moves gamma first, and beta by the error of the new gamma."""
        for _ in range(steps):
            gamma = gamma - lr * ((gamma * x_hat + beta - target) * x_hat).mean(axis=0)
            beta = beta - lr * (gamma * x_hat + beta - target).mean(axis=0)
        return gamma, beta

    def no_x_hat(x_hat, target, gamma, beta, lr, steps):
        """Forgets the factor x hat in the gradient of gamma."""
        for _ in range(steps):
            error = (gamma * x_hat + beta - target).mean(axis=0)
            gamma, beta = gamma - lr * error, beta - lr * error
        return gamma, beta

    def gamma_only(x_hat, target, gamma, beta, lr, steps):
        """Never changes beta."""
        for _ in range(steps):
            error = gamma * x_hat + beta - target
            gamma = gamma - lr * (error * x_hat).mean(axis=0)
        return gamma, beta

    def one_step_less(x_hat, target, gamma, beta, lr, steps):
        """One step too few."""
        for _ in range(1, steps):
            error = gamma * x_hat + beta - target
            gamma, beta = gamma - lr * (error * x_hat).mean(axis=0), beta - lr * error.mean(axis=0)
        return gamma, beta

    def in_place(x_hat, target, gamma, beta, lr, steps):
        """Writes into gamma and beta."""
        for _ in range(steps):
            error = gamma * x_hat + beta - target
            gamma -= lr * (error * x_hat).mean(axis=0)
            beta -= lr * error.mean(axis=0)
        return gamma, beta


class sgd_momentum:
    def course(w, v, gradient, lr, momentum):
        """The course's convention: the gradient has the weight 1 - momentum."""
        v = momentum * v + (1 - momentum) * gradient
        return w - lr * v, v

    def rate_in_v(w, v, gradient, lr, momentum):
        """The learning rate stands in v, as in the older papers."""
        v = momentum * v - lr * gradient
        return w + v, v

    def old_v(w, v, gradient, lr, momentum):
        """Moves w by the old v."""
        return w - lr * v, momentum * v + gradient

    def no_v(w, v, gradient, lr, momentum):
        """Moves w by the gradient, without v."""
        v = momentum * v + gradient
        return w - lr * gradient, v

    def uphill(w, v, gradient, lr, momentum):
        """Adds, where it must subtract."""
        v = momentum * v + gradient
        return w + lr * v, v

    def exchanged(w, v, gradient, lr, momentum):
        """Returns v first."""
        v = momentum * v + gradient
        return v, w - lr * v

    def nesterov(w, v, gradient, lr, momentum):
        """Nesterov's momentum."""
        v = momentum * v + gradient
        return w - lr * (gradient + momentum * v), v

    def rate_twice(w, v, gradient, lr, momentum):
        """The learning rate twice: in v and in w."""
        v = momentum * v + lr * gradient
        return w - lr * v, v

    def no_momentum(w, v, gradient, lr, momentum):
        """Forgets the factor momentum."""
        v = v + gradient
        return w - lr * v, v

    def in_place(w, v, gradient, lr, momentum):
        """Writes into v and w."""
        v *= momentum
        v += gradient
        w -= lr * v
        return w, v
