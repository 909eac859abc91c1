"""Depth limits against their closed forms."""

import math

import numpy as np
import pytest

from rankcollapse.theory.depth_limits import BN_GRADIENT, cosine_limit, geometric_limit
from rankcollapse.theory.rank_prediction import relu_covariance


@pytest.mark.parametrize("factor", [0.1, 1 / 6, 0.5, 2.0, BN_GRADIENT])
def test_at_the_limit_all_that_is_left_is_one_unit_in_the_last_place(factor):
    limit = geometric_limit(factor, rounding=1e-5)
    changed = factor ** (limit / 2)
    assert min(changed, 1 / changed) == pytest.approx(1e-5)


def test_what_does_not_change_has_no_limit():
    assert geometric_limit(1.0) == math.inf
    with pytest.raises(ValueError, match="positive factor"):
        geometric_limit(0.0)


def test_samples_of_a_deep_network_differ_by_the_cosine_law():
    """Iterate the arc-cosine kernel, whose diagonal is halved a layer and doubled again by He's variance."""
    K, layers = np.array([[1.0, 0.2], [0.2, 1.0]]), 3000
    for _ in range(layers):
        K = 2 * relu_covariance(K)
    differ = math.sqrt(2 * (1 - K[0, 1] / K[0, 0]))
    assert cosine_limit(rounding=differ) == pytest.approx(layers, rel=0.02)
