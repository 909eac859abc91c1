"""Draw Figure 4: training with pre-training by rank instead of BN."""

import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.pretraining.summary import final
from rankcollapse.experiments.trainability.summary import trained
from rankcollapse.report.style import curves, legend_below, panels
from rankcollapse.statistics.intervals import SHARE

MANY = 20  # points of a curve whose bars would hide it


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Loss of the deepest networks over epochs and over all gradient steps; final accuracy against depth, if it varies.

    Networks that diverged have no loss and are left out there.
    """
    frame = frames["pretraining.training"]
    deepest = frame["depth"].max()
    course = trained(frame[frame["depth"] == deepest]).assign(
        epochs=lambda rows: rows["step"] / rows["steps_an_epoch"],
        all_steps=lambda rows: rows["step"] + rows["pretraining_steps"],
    )
    band = course["step"].nunique() > MANY
    against = "depth" if frame["depth"].nunique() > 1 else "variant"
    with panels(1, 3, height=2.5) as (figure, (epochs, steps, depths)):
        curves(course, epochs, x="epochs", y="loss", hue="variant", band=band)
        curves(course, steps, x="all_steps", y="loss", hue="variant", band=band)
        curves(final(frame), depths, x=against, y="final_accuracy", hue="variant", bounds=SHARE)
        if against == "variant":
            depths.margins(x=0.2)
        depths.axhline(0.1, color="black", linestyle=":", zorder=0, label="chance")
        epochs.set(xlabel="epochs", ylabel="training loss", title=f"depth {deepest}", ylim=(0, None))
        steps.set(xlabel="gradient steps in all", ylabel="", title=f"depth {deepest}", ylim=(0, None))
        label = "hidden-to-hidden layers $h$" if against == "depth" else f"depth {deepest}"
        depths.set(xlabel=label, ylabel="training accuracy", ylim=(0, 1))
        legend_below(figure, depths, columns=4)
    return figure
