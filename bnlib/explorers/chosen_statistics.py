"""Nets that are asked with running statistics, with those of the animals shown, or with a mix of both."""

import copy

import numpy as np

from bnlib.batchnorm import BatchNorm
from bnlib.linear import Linear


def with_idle_norms(plain, x):
    """A copy of a net with a batch normalization after each hidden linear layer, which in eval mode changes nothing.

    The running statistics are those of each unit over x, and γ and β are the standard deviation and the mean.
    """
    net, layers = copy.copy(plain).eval(), []
    for layer in net.layers:
        x = layer.forward(x)
        layers.append(layer)
        if isinstance(layer, Linear) and layer is not net.layers[-1]:
            bn = BatchNorm(x.shape[-1], dtype=net.dtype)
            mean, var = x.mean(axis=0), x.var(axis=0)
            bn.running_mean, bn.running_var, bn.beta, bn.gamma = mean, var, mean, np.sqrt(var + bn.eps)
            layers.append(bn)
    net.layers = layers
    net.pack()
    return net.eval()


def averaged(share, mean_a, var_a, mean_b, var_b):
    """Mean and variance, averaged: a with the weight `share`, b with the rest."""
    return share * mean_a + (1 - share) * mean_b, share * var_a + (1 - share) * var_b


def answers(net, z, share, mix=averaged):
    """What the net calls each animal, and the first hidden layer's z_hat (animals, units).

    z: what the first linear layer gives. share: 0 for the running statistics, 1 for those of the animals, which
    each batch normalization finds in what reaches it, or the weight of the latter in a mix of both. mix: makes it, from
    (share, mean_a, var_a, mean_b, var_b), where a are the statistics of the animals.
    """
    hats = []
    for layer in net.layers[1:]:
        if isinstance(layer, BatchNorm):
            mean, var = mix(share, z.mean(axis=0), z.var(axis=0), layer.running_mean, layer.running_var)
            hats.append((z - mean) / np.sqrt(var + layer.eps))
            z = layer.gamma * hats[-1] + layer.beta
        else:
            z = layer.forward(z)
    return z.argmax(axis=-1), hats[0]
