"""Depths beyond which the laws of random ReLU networks leave nothing to learn from in some precision.

A law gives the factor by which the signal of the input, or the gradient, changes a layer. The limit is the depth at
which it has changed by as much as the precision holds. Beyond it the signal is lost in the rounding of anything of the
size of the input, and a step that moves one end of the network by the least amount that is visible moves the other end
by all of it. These are upper limits; few steps of training reach less deep.
"""

import math

SINGLE = 2.0**-24  # relative rounding of single precision
DEFAULT_SIGNAL = 1 / 6  # squared signal a layer: weights of variance 1/(3 fan_in), and ReLU halves
GLOROT_SIGNAL = 1 / 2  # weights of variance 1/fan_in
BN_GRADIENT = math.pi / (math.pi - 1)  # squared gradient a layer with BN and ReLU (Yang et al. 2019)


def geometric_limit(factor: float, rounding: float = SINGLE) -> float:
    """The depth at which a quantity whose square changes by `factor` a layer has changed by `1/rounding`.

    Args:
        factor: positive.
        rounding: relative rounding of the precision.

    Returns:
        Layers; infinite for a factor of one.

    Raises:
        ValueError: the factor is not positive.
    """
    if factor <= 0:
        raise ValueError(f"expected a positive factor, got {factor}")
    return math.inf if factor == 1 else 2 * math.log(1 / rounding) / abs(math.log(factor))
