"""The judge of C13 on either side of its thresholds."""

import pytest
from support.training_frames import of_vgg
from support.verdicts import verdicts

from rankcollapse.experiments.components.judge import judge_all


def test_the_rank_of_a_batch_is_at_most_its_size():
    frames = of_vgg()
    frames["components.blocks"]["probe_size"] = 11
    [claim] = judge_all(frames)
    assert (claim.id, claim.verdict) == ("C13", "not_run")
    assert "components.batch_size of at least 12" in claim.to_decide


@pytest.mark.parametrize(
    ("vgg", "verdict"),
    [
        ({}, "reproduced"),
        ({"none": (5, 1.0, 0.1)}, "refuted"),  # vanilla rank does not collapse
        ({"bn": (10, 1.7, 0.8)}, "refuted"),  # BN's rank is below the root of 128
        ({"none": (1, 1.0, 0.5)}, "refuted"),  # vanilla networks train
        ({"bn": (32, 1.7, 0.4)}, "refuted"),  # BN networks do not
        ({"none": (1, 1.0, 0.2)}, "inconclusive"),
        ({"bn": (12, 1.7, 0.8)}, "inconclusive"),  # five networks do not tell a unit of rank
        ({"none": None}, "not_run"),
        ({"none": (None, 1.0, 0.1)}, "not_run"),  # its last state is not finite: no earlier one counts
    ],
)
def test_c13(vgg, verdict):
    assert verdicts(judge_all(of_vgg(**vgg))) == {"C13": verdict}
