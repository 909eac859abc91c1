"""The judge of E6 on either side of its thresholds."""

import pandas as pd
import pytest
from support.training_frames import accuracies
from support.verdicts import verdicts

from rankcollapse.experiments.two_classes.judge import judge_all


@pytest.mark.parametrize(
    ("vanilla", "bn", "depths", "verdict"),
    [
        ((0.95, 0.5), (0.98, 0.95), (0, 32), "reproduced"),
        ((0.95, 0.9), (0.98, 0.95), (0, 32), "refuted"),  # it does learn
        ((0.95, 0.5), (0.98, 0.7), (0, 32), "refuted"),
        ((0.7, 0.5), (0.98, 0.95), (0, 32), "refuted"),  # nobody does
        ((0.95, 0.58), (0.98, 0.95), (0, 32), "inconclusive"),
        ((0.95, 0.5), (0.98, 0.95), (0, 8), "not_run"),
    ],
)
def test_e6(vanilla, bn, depths, verdict):
    frame = pd.concat(accuracies(depth=depth, vanilla=v, bn=b) for depth, v, b in zip(depths, vanilla, bn, strict=True))
    assert verdicts(judge_all({"two_classes.training": frame})) == {"E6": verdict}
