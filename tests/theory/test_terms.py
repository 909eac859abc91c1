"""The words of settings and functions."""

from typing import get_args

import pytest

from rankcollapse.theory.terms import BatchNormalization, Normalization, SymmetricLaw, WeightLaw, check


def test_a_word_that_is_not_in_the_list_is_refused_with_all_that_are():
    for word in get_args(WeightLaw):
        check(word, WeightLaw, "weights")
    message = "weights must be one of gaussian, uniform, one_signed, xavier, orthogonal, got 'cauchy'"
    with pytest.raises(ValueError, match=message):
        check("cauchy", WeightLaw, "weights")


def test_a_shorter_list_is_a_part_of_the_longer_one():
    assert set(get_args(BatchNormalization)) < set(get_args(Normalization))
    assert set(get_args(SymmetricLaw)) < set(get_args(WeightLaw))
