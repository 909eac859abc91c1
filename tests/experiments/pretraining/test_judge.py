"""The judge of C9 on either side of its thresholds."""

import pandas as pd
import pytest
from support.training_frames import accuracies
from support.verdicts import verdicts

from rankcollapse.experiments.pretraining.judge import judge_all

SEEDS = range(12)  # so many tell a tenth of accuracy from half of that
GOOD = {"vanilla": 0.1, "pretrained": 0.8, "bn": 0.85}


def judged(**changes):
    return judge_all({"pretraining.training": accuracies(seeds=SEEDS, **GOOD | changes)})


@pytest.mark.parametrize(
    ("changes", "verdict", "decisive"),
    [
        ({}, "reproduced", "accuracy of BN networks, depth 32"),
        ({"pretrained": 0.46, "bn": 0.55}, "refuted", "accuracy after pre-training, depth 32"),  # trains no better
        ({"pretrained": 0.6}, "refuted", "the same less that of BN networks, depth 32"),  # not like BN
        ({"vanilla": 0.5}, "refuted", "accuracy without pre-training, depth 32"),  # trains as well
        ({"pretrained": 0.75}, "inconclusive", "the same less that of BN networks, depth 32"),
        ({"depth": 15}, "not_run", None),
    ],
)
def test_c9(changes, verdict, decisive):
    [claim] = judged(**changes)
    assert verdicts([claim]) == {"C9": verdict}
    assert claim.quantity == decisive


@pytest.mark.parametrize("others", [{}, {"vanilla": 0.5}, {"pretrained": 0.1}])
@pytest.mark.parametrize("bn", [0.3, 0.5])
def test_c9_says_nothing_where_bn_networks_do_not_learn_in_so_few_steps(bn, others):
    [claim] = judged(bn=bn, **others)
    because = "a scale at which this holds: accuracy of BN networks, depth 32"
    assert (claim.verdict, claim.to_decide) == ("inconclusive", because)
    assert [(condition.verdict, condition.because) for condition in claim.conditions] == [("inconclusive", because)] * 4


def test_the_accuracies_that_count_are_those_at_the_end_of_what_a_network_took():
    frame = accuracies(seeds=SEEDS, **GOOD)
    for others in ({"phase": "search"}, {"step": 5}, {"depth": 4}):
        counted = judge_all({"pretraining.training": frame})
        more = frame.assign(final_accuracy=0.3, **others)
        assert judge_all({"pretraining.training": pd.concat([frame, more])}) == counted
