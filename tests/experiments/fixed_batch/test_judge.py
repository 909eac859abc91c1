"""The judge of E5 on either side of its thresholds."""

import pandas as pd
import pytest
from support.verdicts import JITTER, verdicts

from rankcollapse.experiments.fixed_batch.judge import judge_all
from rankcollapse.theory.closed_forms import fixed_batch_participation_ratio


def wide_frame(power=-0.5, factor=1.0, full=1.0):
    rows = []
    for d in (8, 16, 128, 256, 512, 4096, 65536):
        r = fixed_batch_participation_ratio(d, 8) * (factor if d < 1000 else full)
        rows += [
            {"activation": "identity", "width": d, "samples": 8, "chain": chain, "layer": layer, "tau": 0.5}
            | {"participation_ratio": r * (1 + JITTER[chain] / 10), "soft_rank": 8}
            | {"orthogonality_gap": 0.5 * d**power * (1 + JITTER[chain])}
            for chain in range(5)
            for layer in range(20)
        ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "reproduced"),
        ({"power": -0.4}, "refuted"),
        ({"power": -0.6}, "refuted"),
        ({"factor": 0.7}, "refuted"),
        ({"factor": 1.3}, "refuted"),
        ({"full": 0.9}, "refuted"),
    ],
)
def test_e5(changes, verdict):
    assert verdicts(judge_all({"fixed_batch.chain": wide_frame(**changes)})) == {"E5": verdict}


def test_e5_needs_wide_networks():
    frame = wide_frame()
    for widest in (300, 1000):
        assert verdicts(judge_all({"fixed_batch.chain": frame[frame["width"] < widest]})) == {"E5": "not_run"}
