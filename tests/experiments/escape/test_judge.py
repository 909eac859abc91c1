"""The judge of C7 on either side of its thresholds."""

import pandas as pd
from support.verdicts import JITTER, verdicts

from rankcollapse.experiments.escape.judge import judge_all


def escape_frame(start=4e-10, end=2.0, tenth=0.5):
    rows = []
    for chain in range(5):
        for layer, second in ((0, start), (30, 1e-3), (40, end), (100, end)):
            for index, value in ((1, 40.0), (2, second), (10, second if layer < 100 else tenth)):
                factor = 1 + JITTER[chain]
                rows.append({"chain": chain, "layer": layer, "index": index, "eigenvalue": value * factor})
    return pd.DataFrame(rows)


def test_c7():
    assert verdicts(judge_all({"escape.chain": escape_frame()})) == {"C7": "reproduced"}
    assert verdicts(judge_all({"escape.chain": escape_frame(end=0.01)})) == {"C7": "refuted"}
    assert verdicts(judge_all({"escape.chain": escape_frame(start=1e-8)})) == {"C7": "refuted"}
    assert verdicts(judge_all({"escape.chain": escape_frame(tenth=0.05)})) == {"C7": "refuted"}
    late = escape_frame()
    late["layer"] = late["layer"].replace({30: 60, 40: 80})
    assert verdicts(judge_all({"escape.chain": late})) == {"C7": "refuted"}
