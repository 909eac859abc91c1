"""The judge of C9 on either side of its thresholds."""

import pytest
from support.training_frames import accuracies
from support.verdicts import verdicts

from rankcollapse.experiments.pretraining.judge import judge_all


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"vanilla": 0.1, "pretrained": 0.8, "bn": 0.85}, "reproduced"),
        ({"vanilla": 0.1, "pretrained": 0.4, "bn": 0.45}, "refuted"),  # trains no better than that
        ({"vanilla": 0.1, "pretrained": 0.6, "bn": 0.85}, "refuted"),  # not like BN
        ({"vanilla": 0.5, "pretrained": 0.8, "bn": 0.85}, "refuted"),  # vanilla networks train as well
        ({"vanilla": 0.1, "pretrained": 0.8, "bn": 0.85, "depth": 15}, "not_run"),
    ],
)
def test_c9(values, verdict):
    assert verdicts(judge_all({"pretraining.training": accuracies(**values)})) == {"C9": verdict}
