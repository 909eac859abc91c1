"""The look of all figures, and how they are saved: PNG without LaTeX, PGF to be typeset by the paper.

seaborn draws tidy frames; its error bars are the intervals that are judged.
"""

import io
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

os.environ["MPLBACKEND"] = "agg"  # matplotlib cannot be imported where the user's choice is not installed

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rankcollapse.statistics.intervals import Bounds, mean_interval
from rankcollapse.storage.files import write_whole

mpl.use("agg")

# Not the user's matplotlibrc: what the style below does not set is matplotlib's default.
_DEFAULTS = {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")}
TEXT_WIDTH = 5.5  # inches, of the paper's text block
STYLE = {
    "font.family": "serif",  # in PGF this is the paper's own font
    "font.serif": ["STIXGeneral"],
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.markersize": 3.5,
    "lines.linewidth": 1.2,
    "figure.constrained_layout.use": True,
    "figure.dpi": 200,
    "pgf.texsystem": "pdflatex",
    "pgf.rcfonts": False,
}


def _style() -> AbstractContextManager[None]:
    """The surroundings in which figures are drawn and saved."""
    return mpl.rc_context(_DEFAULTS | STYLE)


class Look(NamedTuple):
    """How a variant is drawn: colours and markers are told apart in grey and by colour-blind readers."""

    label: str
    colour: str
    marker: str


VARIANTS = {
    "bn": Look("BN", "#0b5fa5", "o"),
    "vanilla": Look("vanilla", "#c8501e", "s"),
    "pretrained": Look("pre-trained", "#2a9d4a", "^"),
    "much": Look("much pre-training", "#2a9d4a", "^"),
    "little": Look("little pre-training", "#d9a400", "v"),
    "one-signed": Look("BN, one sign", "#6b3fa0", "D"),
}


Limits = Bounds | Callable[[pd.Series], Bounds] | None  # of a quantity: all of it, or that of some runs, or none


def looks(labels: Sequence[str]) -> dict[str, Look]:
    """A look for each of several curves that have no colour of their own."""
    colours = sns.color_palette("colorblind", len(labels)).as_hex()
    pairs = zip(labels, colours, itertools.cycle("os^vDPX*<>"), strict=False)
    return {label: Look(label, colour, marker) for label, colour, marker in pairs}


def gradation(labels: Sequence[str]) -> dict[str, Look]:
    """Looks for curves that have an order, say by width."""
    colours = sns.color_palette("viridis", len(labels)).as_hex()
    return {label: Look(label, colour, "o") for label, colour in zip(labels, colours, strict=True)}


def judged(values: pd.Series, bounds: Limits = None) -> tuple[float, float]:
    """Seaborn's error bar: the interval that is judged; none where it is infinite."""
    _, low, high, _ = mean_interval(values, bounds(values) if callable(bounds) else bounds)
    return (low, high) if np.isfinite(high - low) else (np.nan, np.nan)


def _in_looks(data: pd.DataFrame, hue: str, looks: dict[Any, Look]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The rows that have a look, named by its label, and seaborn's arguments for colours and markers."""
    shown = {value: look for value, look in looks.items() if value in set(data[hue])}
    table = data[data[hue].isin(list(shown))]
    table = table.assign(**{hue: table[hue].map({value: look.label for value, look in shown.items()})})
    return table, {
        "hue": hue,
        "hue_order": [look.label for look in shown.values()],
        "palette": {look.label: look.colour for look in shown.values()},
        "style": hue,
        "markers": {look.label: look.marker for look in shown.values()},
    }


def curves(
    data: pd.DataFrame,
    axes: Axes,
    *,
    x: str,
    y: str,
    hue: str,
    looks: dict[Any, Look] = VARIANTS,
    bounds: Limits = None,
    band: bool = False,
    **options: Any,
) -> None:
    """Means joined by lines, with the intervals that are judged, a curve for each value of a column.

    Args:
        data: one run a row; a missing value is left out.
        axes: where to draw; scales of axes are to be set afterwards, or seaborn would average logarithms.
        x: column of the abscissa.
        y: column whose mean is drawn.
        hue: column whose values make the curves, each with a legend entry.
        looks: their looks by value; values without one are not drawn.
        bounds: of the quantity `y`, or what gives those of a point from its values, with their index in `data`; None if
            it has none.
        band: whether intervals are bands, for curves of many points, and not bars.
        options: further arguments of `seaborn.lineplot`.
    """
    table, style = _in_looks(data.dropna(subset=y), hue, looks)
    if band:
        style = {name: value for name, value in style.items() if name not in ("style", "markers")}
        style |= {"err_style": "band", "err_kws": {"linewidth": 0}}
    else:
        style |= {"dashes": False, "markeredgewidth": 0, "err_style": "bars", "err_kws": {"capsize": 2}}
    if not table.empty:
        sns.lineplot(table, x=x, y=y, errorbar=partial(judged, bounds=bounds), ax=axes, **(style | options))
        if pd.api.types.is_numeric_dtype(table[x]) and np.ptp(table[x]) >= 1:  # epochs, depths, widths: no half of one
            axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    _without_legend(axes)


def points(
    data: pd.DataFrame, axes: Axes, *, x: str, y: str, hue: str, looks: dict[Any, Look] = VARIANTS, **options: Any
) -> None:
    """A dot for each run, in the look of its group; arguments are those of `curves`, and of `seaborn.scatterplot`."""
    table, style = _in_looks(data, hue, looks)
    if not table.empty:
        sns.scatterplot(table, x=x, y=y, ax=axes, **({"linewidth": 0, "s": 12} | style | options))
    _without_legend(axes)


def _without_legend(axes: Axes) -> None:
    """Remove seaborn's legend: each figure places its own."""
    if legend := axes.get_legend():
        legend.remove()


def logarithmic(axes: Axes, *names: str, base: int = 10) -> None:
    """Make axes logarithmic, "x" or "y" or both, after all is drawn."""
    for name in names:
        axes.set(**{f"{name}scale": "log"}) if base == 10 else getattr(axes, f"set_{name}scale")("log", base=base)


def legend_below(figure: Figure, axes: Axes, columns: int = 3, **options: Any) -> None:
    """One legend under all panels, of what `axes` holds."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, **options)


@contextmanager
def panels(*shape: int, height: float, width: float = TEXT_WIDTH, **options: Any) -> Iterator[tuple[Figure, Any]]:
    """A figure with its axes, in the style of all figures.

    Args:
        shape: rows and columns of panels; none for one panel.
        height: of the figure, inches.
        width: of the figure, inches.
        options: further arguments of `matplotlib.pyplot.subplots`.
    """
    with _style():
        yield pyplot.subplots(*shape, figsize=(width, height), **options)


def save(figure: Figure, path: Path, metadata: dict[str, str]) -> None:
    """Save a figure as `.png` or `.pgf`, whole or not at all, with metadata inside the file.

    Args:
        figure: what to save.
        path: where; the ending chooses the format.
        metadata: text entries of the PNG; comment lines at the top of the PGF.
    """
    buffer = io.BytesIO()
    with _style():
        if path.suffix == ".png":
            figure.savefig(buffer, format="png", metadata=metadata)
            write_whole(path, buffer.getvalue())
        else:
            figure.savefig(buffer, format="pgf")
            header = "".join(f"% {key}: {value}\n" for key, value in metadata.items())
            write_whole(path, header.encode() + buffer.getvalue())
