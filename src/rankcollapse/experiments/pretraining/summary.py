"""Summaries of the frame of Figure 4 that its figure, its judge and its numbers share."""

import pandas as pd

from rankcollapse.experiments.trainability.summary import trained
from rankcollapse.statistics.intervals import SHARE, Interval, difference_interval


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """The last row of every network trained with the step size that was chosen."""
    frame = trained(frame)
    return frame[frame["step"] == frame["step"].max()]


def accuracies(frame: pd.DataFrame, depth: int) -> pd.DataFrame:
    """Final accuracies by seed, a column a variant."""
    runs = final(frame)
    return runs[runs["depth"] == depth].pivot(index="seed", columns="variant", values="final_accuracy")


def shortfall(frame: pd.DataFrame, depth: int) -> Interval:
    """Final accuracy of pre-trained networks less that of BN networks of the same seed."""
    table = accuracies(frame, depth)
    return difference_interval(table["pretrained"], table["bn"], SHARE)
