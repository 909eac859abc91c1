"""The judges of E1 and E2 on either side of their thresholds."""

import math

import pytest
from support.chain_frames import drift_frame, width_frame
from support.verdicts import verdicts

from rankcollapse.experiments.bounds import theorem
from rankcollapse.experiments.bounds.judge import judge_all
from rankcollapse.experiments.bounds.numbers import numbers
from rankcollapse.experiments.bounds.summary import by_width


def test_e1_and_e2():
    table = theorem.compute({"stationary_rank.chain": width_frame(power=0.5)}).to_pandas()
    found = {name: by_width(table, name, "0.01")[64].estimate for name in ("ratio", "alpha", "bound", "drift")}
    assert found["ratio"] == pytest.approx(8)
    assert found["alpha"] == pytest.approx(0.2)
    assert found["bound"] == pytest.approx(2 * math.sqrt(0.2 * 64))
    # 2d² - 2F - 8·0.25·d³/r², F = d²/r, over 2d²: with r = 8 and d = 64
    assert found["drift"] == pytest.approx(1 - 1 / 8 - 64 / 64, abs=1e-6)

    def judged(monte_carlo=None, **changes):
        changed = table.copy()
        for name, values in changes.items():
            rows = changed["quantity"] == name
            changed.loc[rows, ["estimate", "low", "high"]] = values
        frames = {"bounds.drift": drift_frame() if monte_carlo is None else monte_carlo, "bounds.theorem": changed}
        frames["stationary_rank.chain"] = width_frame(power=0.5)
        return verdicts(judge_all(frames))

    good = {"drift": (0.0, -0.01, 0.01), "tightness": (1.1, 1.05, 1.15)}
    assert judged(**good) == {"E1": "reproduced", "E2": "reproduced"}
    assert judged(drift_frame(factor=1.1), **good)["E1"] == "refuted"
    assert judged(drift_frame(factor=0.9), **good)["E1"] == "refuted"
    assert judged(drift_frame(error=10.0), **good)["E1"] == "inconclusive"
    assert judged(**good | {"drift": (0.1, 0.09, 0.11)})["E1"] == "refuted"
    assert judged(**good | {"drift": (-0.1, -0.11, -0.09)})["E1"] == "refuted"
    assert judged(**good | {"tightness": (0.9, 0.85, 0.95)})["E2"] == "refuted"
    assert judged(**good | {"tightness": (1.0, 0.95, 1.05)})["E2"] == "inconclusive"
    rows = numbers({"bounds.drift": drift_frame(), "bounds.theorem": table})["bounds.rows"]
    assert rows.count(r"\\") == 4
