"""Made-up frames of random chains that several experiments read."""

import numpy as np
import pandas as pd
from support.verdicts import JITTER


def width_frame(power=0.6, soft=2.0, gammas=("0.01", "inf")):
    rows = []
    for gamma in gammas:
        for d in (8, 16, 32, 64):
            r = d**power
            values = {
                ("participation_ratio", None): r,
                ("numerical_rank", None): 2 * r,
                ("matrix_rank", None): 2 * r,
                ("above_1e-9", None): 2 * r,
                ("soft_rank", 0.5): soft * 0.25 * r,
                ("F", None): d**2 / r,
                ("cubic", None): 1.25 * d**3 / r**2,
                ("squared_rows", None): d**3 / r**2,
            }
            rows += [
                {"gamma": gamma, "width": d, "chain": chain, "layer": layer, "measure": measure, "tau": tau}
                | {"value": value * (1 + JITTER[chain] / 10)}
                for (measure, tau), value in values.items()
                for chain in range(5)
                for layer in range(20)
            ]
    frame = pd.DataFrame(rows)
    noise = np.random.default_rng(0).normal(0, 1e-6, len(frame))
    return frame.assign(value=frame["value"] * (1 + noise))


def drift_frame(factor=1.0, error=0.01):
    return pd.DataFrame(
        {"width": 6, "identity": x, "measured": factor * x, "standard_error": error} for x in (10.0, 30.0, 60.0)
    )
