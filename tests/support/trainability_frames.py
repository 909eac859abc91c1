"""Made-up frames of Figure 1 in which every number differs."""

import pandas as pd
from support.data import DATA

STEP_SIZES = (0.1, 0.3, 1.0)


def taken(depth, seed):
    """The step size that a network takes: those of one depth need not agree."""
    return 1.0 if depth == 0 else 0.1 if (depth, seed) == (16, 2) else 0.3


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
        | {"variant": variant, "depth": depth, "seed": seed, "step_size": size, "diverged": False, "epochs": 4}
        | (
            {"phase": "final", "step": 90, "loss": None, "final_accuracy": value + seed / 100, "final_loss": 1.0}
            if size == taken(depth, seed)
            else {"phase": "search", "step": 45, "loss": 2.0, "final_accuracy": None, "final_loss": None}
        )
        for variant, values in (("vanilla", {0: 0.9, 8: 0.6, 16: 0.1}), ("bn", {0: 0.8, 8: 0.85, 16: 0.7}))
        for depth, value in values.items()
        for size in STEP_SIZES
        for seed in (0, 1, 2)
    ]
    return {"trainability.rank": pd.DataFrame(rank_rows), "trainability.training": pd.DataFrame(training_rows)}
