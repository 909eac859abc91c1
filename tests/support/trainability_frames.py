"""Made-up frames of Figure 1 in which every number differs."""

import pandas as pd
from support.data import DATA


def frames():
    """Made-up frames in which every number differs."""
    shared = {"dataset": DATA, "width": 128, "batch_size": 128}
    rank_rows = [
        shared
        | {"variant": variant, "depth": depth, "seed": seed, "numerical_rank": value + seed, "participation_ratio": 3}
        for variant, values in (("vanilla", {0: 120, 8: 30, 16: 0}), ("bn", {0: 90, 8: 80, 16: 100}))
        for depth, value in values.items()
        for seed in (0, 1, 2)
    ]
    training_rows = [
        shared
        | {"variant": variant, "depth": depth, "seed": seed, "phase": phase, "step_size": step, "diverged": False}
        | {"final_accuracy": value + seed / 100, "final_loss": 1.0}
        for variant, values in (("vanilla", {0: 0.9, 8: 0.6, 16: 0.1}), ("bn", {0: 0.8, 8: 0.85, 16: 0.7}))
        for depth, value in values.items()
        for phase, step in (("search", 0.1), ("search", 0.3), ("search", 1.0), ("final", 0.3 if depth else 1.0))
        for seed in (0, 1, 2)
    ]
    return {"trainability.rank": pd.DataFrame(rank_rows), "trainability.training": pd.DataFrame(training_rows)}
