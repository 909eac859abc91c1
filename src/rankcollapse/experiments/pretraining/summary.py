"""Summaries of the frame of Figure 4 that its figure, its claims and its numbers share."""

import pandas as pd

from rankcollapse.intervals import Interval, mean_interval

VARIANTS = ("bn", "pretrained", "vanilla")


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """The last row of every network trained with the step size that was chosen."""
    frame = frame[frame["phase"] == "final"]
    return frame[frame["step"] == frame["step"].max()]


def accuracy(frame: pd.DataFrame, variant: str) -> dict[int, Interval]:
    """Mean and interval of the final training accuracy of a variant, for each depth."""
    runs = final(frame)
    runs = runs[runs["variant"] == variant]
    return {int(depth): mean_interval(group["final_accuracy"]) for depth, group in runs.groupby("depth")}


def initial(frame: pd.DataFrame, variant: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure before the first step of training, for each depth."""
    runs = frame[(frame["phase"] == "final") & (frame["step"] == 0) & (frame["variant"] == variant)]
    runs = runs.dropna(subset=measure)
    return {int(depth): mean_interval(group[measure]) for depth, group in runs.groupby("depth")}


def shortfall(frame: pd.DataFrame, depth: int) -> Interval:
    """Final accuracy of pre-trained networks less that of BN networks of the same seed."""
    runs = final(frame)
    table = runs[runs["depth"] == depth].pivot(index="seed", columns="variant", values="final_accuracy")
    return mean_interval(table["pretrained"] - table["bn"])


def loss(frame: pd.DataFrame, variant: str, depth: int, in_steps: bool) -> dict[float, Interval]:
    """Training loss at the recorded steps, by epoch, or by gradient step with those of pre-training; diverged ones out.

    Args:
        frame: pretraining.training.
        variant: of the networks.
        depth: of the networks.
        in_steps: whether to count gradient steps and not epochs.
    """
    runs = frame[(frame["phase"] == "final") & (frame["variant"] == variant) & (frame["depth"] == depth)]
    runs = runs.dropna(subset="loss")
    position = runs["step"] + runs["pretraining_steps"] if in_steps else runs["step"] / runs["steps_an_epoch"]
    return {float(at): mean_interval(group["loss"]) for at, group in runs.groupby(position)}
