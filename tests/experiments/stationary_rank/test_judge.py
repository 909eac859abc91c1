"""The judges of C5 and C6 on either side of their thresholds."""

import pytest
from support.chain_frames import width_frame
from support.verdicts import verdicts

from rankcollapse.experiments.stationary_rank.judge import judge_all
from rankcollapse.experiments.stationary_rank.summary import stationary


def test_c5_and_c6():
    assert verdicts(judge_all({"stationary_rank.chain": width_frame()})) == {"C5": "reproduced", "C6": "reproduced"}
    assert verdicts(judge_all({"stationary_rank.chain": width_frame(power=0.4)}))["C5"] == "refuted"
    assert verdicts(judge_all({"stationary_rank.chain": width_frame(power=0.5)}))["C5"] == "inconclusive"
    assert verdicts(judge_all({"stationary_rank.chain": width_frame(soft=0.9)}))["C6"] == "refuted"
    frame = width_frame()
    drifting = frame.assign(value=frame["value"] * (1 - frame["layer"] / 100))
    assert verdicts(judge_all({"stationary_rank.chain": drifting}))["C5"] == "inconclusive"  # not stationary
    assert verdicts(judge_all({"stationary_rank.chain": frame[frame["width"] < 32]}))["C5"] == "not_run"
    assert stationary(frame, "inf", "participation_ratio")[64].estimate == pytest.approx(64**0.6)
