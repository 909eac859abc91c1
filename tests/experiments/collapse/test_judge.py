"""The judge of C8 on either side of its thresholds."""

import numpy as np
import pandas as pd
import pytest
from support.verdicts import JITTER, verdicts

from rankcollapse.experiments.collapse.judge import judge_all
from rankcollapse.theory.closed_forms import gaussian_lyapunov_exponents


def collapse_frame(factor):
    rows = [
        {"width": d, "chain": chain, "index": i + 1, "exact": exact, "exponent": factor * exact + JITTER[chain] / 100}
        | {"layers": 10}
        for d in (4, 8)
        for i, exact in enumerate(gaussian_lyapunov_exponents(d).tolist())
        for chain in range(5)
    ]
    frame = pd.DataFrame(rows)
    noise = np.random.default_rng(0).normal(0, 1e-3, len(frame))
    return frame.assign(exponent=frame["exponent"] + noise)


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.0, "reproduced"), (0.95, "refuted"), (1.05, "refuted"), (1.01, "inconclusive")]
)
def test_c8(factor, verdict):
    assert verdicts(judge_all({"collapse.spectrum": collapse_frame(factor)})) == {"C8": verdict}
