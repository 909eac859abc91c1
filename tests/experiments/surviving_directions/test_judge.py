"""The judge of E3 on either side of its thresholds."""

import math

import numpy as np
import pandas as pd
import pytest
from support.verdicts import verdicts

from rankcollapse.experiments.surviving_directions.judge import judge_all
from rankcollapse.experiments.surviving_directions.numbers import numbers
from rankcollapse.experiments.surviving_directions.summary import by_width
from rankcollapse.theory.closed_forms import surviving_rank


def surviving_edge(d):
    return surviving_rank(d) - 11 / 6


def sharp_frame(edge):
    """Exponents that are zero up to `edge(d)` and fall linearly beyond it."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"gamma": "inf", "weights": "gaussian", "normalization": "scale", "width": d, "chain": chain, "index": i}
        | {"exponent": -max(0.0, i - edge(d)) / (2 * d) + rng.normal(0, 1e-5)}
        for d in (16, 32, 64, 128, 256)
        for chain in range(6)
        for i in range(1, min(d, math.ceil(4 * d**0.5)) + 1)
    )


def test_e3():
    points = by_width(sharp_frame(lambda d: surviving_rank(d) - 0.5))
    for d, point in points.items():
        assert point.edge.estimate == pytest.approx(surviving_rank(d) - 0.5, abs=0.05)
        assert point.count == math.floor(surviving_rank(d) - 0.5)
    few = sharp_frame(surviving_edge)
    for frame, verdict in (
        (few, "reproduced"),
        (sharp_frame(surviving_rank), "refuted"),  # no correction
        (sharp_frame(lambda d: surviving_edge(d) - 0.6 * math.log(d / 16)), "refuted"),
        (sharp_frame(lambda d: 0.8 * d**0.5), "refuted"),
        (sharp_frame(lambda d: 1.4 * d**0.5), "refuted"),
        (sharp_frame(lambda d: 0.5 * d**0.8), "refuted"),
        (few[few["width"] < 32], "not_run"),
    ):
        assert verdicts(judge_all({"surviving_directions.spectrum": frame})) == {"E3": verdict}


def test_without_the_family_of_the_claim_there_are_no_numbers_of_it():
    frame = sharp_frame(surviving_edge).assign(gamma="1.0")
    found = numbers({"surviving_directions.spectrum": frame})
    rows = found.pop("surviving_directions.rows")
    assert set(found.values()) == {"--"}
    assert rows.count("256") == 1
