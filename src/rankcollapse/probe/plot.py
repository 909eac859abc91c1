"""Rank, scale and cosine through depth, as a figure."""

import io
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rankcollapse.probe.null import KEY, Null
from rankcollapse.storage.files import write_whole

PANELS = {
    "participation_ratio": "participation ratio",
    "numerical_rank": "numerical rank",
    "mean_cosine": "mean cosine",
    "scale": "scale",
}
LOGARITHMIC = ("participation_ratio", "numerical_rank", "scale")


def plot(frames: dict[str, pd.DataFrame], path: Path, null: Null | None = None) -> None:
    """Draw measures of each row against its place in the order of execution.

    Args:
        frames: of probes, by the name of the network; the first one gives the order, others are joined by path, call
            and output.
        path: file to write, ending in .png.
        null: its band is shaded.
    """
    first = next(iter(frames.values()))
    places = first[KEY].assign(place=range(len(first)))
    rows = pd.concat([frame.assign(network=name).merge(places, on=KEY) for name, frame in frames.items()])
    band = None if null is None else null.bands.merge(places, on=KEY).sort_values("place")
    with mpl.rc_context(
        {"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False, "font.size": 9}
    ):
        figure = Figure(figsize=(8, 6), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        for number, (axes, (measure, label)) in enumerate(zip(figure.subplots(2, 2).flat, PANELS.items(), strict=True)):
            if band is not None:
                of = band[band["measure"] == measure]
                axes.fill_between(of["place"], of["low"], of["high"], color="0.8", linewidth=0, label=null.name)
            sns.lineplot(
                rows, x="place", y=measure, hue="network", style="network", marker="o", ms=3, ax=axes, legend=not number
            )
            if measure in LOGARITHMIC and (rows[measure] > 0).any():
                axes.set_yscale("log")
            axes.set(xlabel="module, in the order of execution", ylabel=label)
            if number == 0:
                handles, labels = axes.get_legend_handles_labels()
                axes.get_legend().remove()
        figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 5))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
    write_whole(path, buffer.getvalue())
