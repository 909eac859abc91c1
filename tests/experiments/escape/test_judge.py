"""The judge of C7 on either side of its thresholds."""

import math

import pandas as pd
import pytest
from support.verdicts import JITTER, verdicts

from rankcollapse.experiments.escape.judge import judge_all
from rankcollapse.experiments.escape.numbers import numbers

PASSAGES = (38, 39, 40, 41, 42)


def escape_frame(start=4e-10, tenth=0.5, passages=PASSAGES, last=100):
    """Chains whose second eigenvalue is of order one from some layer on; the tenth is never larger than that."""
    rows = []
    for chain, passage in enumerate(passages):
        for layer in sorted({0, 30, *(at for at in passages if at < last), last}):
            second = start if layer == 0 else 2.0 if layer >= passage else 1e-3
            for index, value in ((1, 40.0), (2, second), (10, min(second, tenth))):
                factor = 1 + JITTER[chain]
                rows.append({"chain": chain, "layer": layer, "index": index, "eigenvalue": value * factor})
    return pd.DataFrame(rows)


def judged(**changes):
    return judge_all({"escape.chain": escape_frame(**changes)})


def test_c7():
    assert verdicts(judged()) == {"C7": "reproduced"}
    assert verdicts(judged(passages=[math.inf] * 5)) == {"C7": "refuted"}
    assert verdicts(judged(start=1e-8)) == {"C7": "refuted"}
    assert verdicts(judged(tenth=0.05)) == {"C7": "refuted"}
    assert verdicts(judged(passages=[2 * passage for passage in PASSAGES])) == {"C7": "refuted"}


@pytest.mark.parametrize(
    ("passages", "last", "estimate", "verdict"),
    [
        ((38, 39, 40, 41, 42), 100, 40, "reproduced"),
        ((38, 39, 40, 41, math.inf), 100, (158 + 101) / 5, "inconclusive"),
        ((38, math.inf, math.inf, math.inf, math.inf), 400, (38 + 4 * 401) / 5, "refuted"),
    ],
)
def test_a_chain_that_does_not_escape_counts_with_all_its_layers_and_one_more(passages, last, estimate, verdict):
    [claim] = judged(passages=passages, last=last)
    layers = claim.conditions[0]
    assert (layers.quantity, layers.verdict, layers.n) == ("layers until the second eigenvalue is 1", verdict, 5)
    assert layers.estimate == pytest.approx(estimate)


def test_the_numbers_are_of_the_chains_that_escape():
    found = numbers({"escape.chain": escape_frame(passages=(38, math.inf, 40, math.inf, 42))})
    assert found["escape.escaped"] == "3"
    assert found["escape.layers"].startswith("40.0 [")
    none = numbers({"escape.chain": escape_frame(passages=[math.inf] * 5)})
    assert (none["escape.escaped"], none["escape.layers"]) == ("0", "--")
