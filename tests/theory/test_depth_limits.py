"""Depth limits against their closed forms."""

import math

import pytest

from rankcollapse.theory.depth_limits import BN_GRADIENT, geometric_limit


@pytest.mark.parametrize("factor", [0.1, 1 / 6, 0.5, 2.0, BN_GRADIENT])
def test_at_the_limit_all_that_is_left_is_one_unit_in_the_last_place(factor):
    limit = geometric_limit(factor, rounding=1e-5)
    changed = factor ** (limit / 2)
    assert min(changed, 1 / changed) == pytest.approx(1e-5)


def test_what_does_not_change_has_no_limit():
    assert geometric_limit(1.0) == math.inf
    with pytest.raises(ValueError, match="positive factor"):
        geometric_limit(0.0)
