"""Draw Figure 4: training with pre-training by rank instead of BN."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.pretraining.summary import VARIANTS, accuracy, loss
from rankcollapse.figures import STYLE, TEXT_WIDTH, plot_intervals


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Loss of the deepest networks over epochs and over all gradient steps; final accuracy against depth."""
    frame = frames["pretraining.training"]
    deepest = frame["depth"].max()
    with plt.rc_context(STYLE):
        figure, (epochs, steps, depths) = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.5))
        for variant in VARIANTS:
            plot_intervals(epochs, loss(frame, variant, deepest, in_steps=False), variant)
            plot_intervals(steps, loss(frame, variant, deepest, in_steps=True), variant)
            plot_intervals(depths, accuracy(frame, variant), variant)
        epochs.set(xlabel="epochs", ylabel="training loss", title=f"depth {deepest}", ylim=(0, None))
        steps.set(xlabel="gradient steps in all", title=f"depth {deepest}", ylim=(0, None))
        depths.axhline(0.1, color="black", linestyle=":", linewidth=1)
        depths.set(xlabel="hidden-to-hidden layers $h$", ylabel="training accuracy", ylim=(0, 1))
        handles, labels = depths.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure
