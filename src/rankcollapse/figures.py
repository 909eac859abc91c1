"""The look of all figures, and how they are saved: PNG without LaTeX, PGF to be typeset by the paper."""

import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rankcollapse.files import write_whole
from rankcollapse.intervals import Interval

mpl.use("agg")

TEXT_WIDTH = 5.5  # inches, of the paper's text block
# distinct in grey and for colour-blind readers
COLOURS = {"bn": "#0b5fa5", "vanilla": "#c8501e", "pretrained": "#2a9d4a", "little": "#d9a400", "one-signed": "#6b3fa0"}
MARKERS = {"bn": "o", "vanilla": "s", "pretrained": "^", "little": "v", "one-signed": "D"}
LABELS = {
    "bn": "BN",
    "vanilla": "vanilla",
    "pretrained": "pre-trained",
    "little": "little pre-training",
    "one-signed": "BN, one sign",
}
COLOURS["much"], MARKERS["much"], LABELS["much"] = COLOURS["pretrained"], MARKERS["pretrained"], "much pre-training"

STYLE = {
    "font.family": "serif",  # in PGF this is the paper's own font
    "font.serif": ["STIXGeneral"],
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.titlesize": 9,
    "legend.fontsize": 8,
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


def _errorbars(axes: Axes, points: dict[float, Interval], **style: str) -> None:
    """Draw means joined by a line, with their 95% intervals as error bars."""
    means = [point.estimate for point in points.values()]
    errors = [[p.estimate - p.low for p in points.values()], [p.high - p.estimate for p in points.values()]]
    axes.errorbar(list(points), means, errors, capsize=2, **style)


def plot_intervals(axes: Axes, points: dict[float, Interval], variant: str) -> None:
    """Draw the means and 95% intervals of a variant in its colour."""
    _errorbars(axes, points, color=COLOURS[variant], marker=MARKERS[variant], label=LABELS[variant])


def plot_estimates(axes: Axes, points: dict[float, Interval], number: int, label: str) -> None:
    """Draw one of several curves of means with their 95% intervals; `number` chooses its colour and marker."""
    _errorbars(axes, points, color=f"C{number}", marker="os^vD"[number % 5], label=label)


def legend_below(axes: Axes, columns: int = 2) -> None:
    """A legend under the axes, where it hides no data."""
    axes.legend(frameon=False, fontsize=7, ncols=columns, loc="upper center", bbox_to_anchor=(0.5, -0.24))


def save(figure: Figure, path: Path, metadata: dict[str, str]) -> None:
    """Save a figure as `.png` or `.pgf`, whole or not at all, with metadata inside the file.

    Args:
        figure: what to save.
        path: where; the ending chooses the format.
        metadata: text entries of the PNG; comment lines at the top of the PGF.
    """
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        if path.suffix == ".png":
            figure.savefig(buffer, format="png", metadata=metadata)
            write_whole(path, buffer.getvalue())
        else:
            figure.savefig(buffer, format="pgf")
            header = "".join(f"% {key}: {value}\n" for key, value in metadata.items())
            write_whole(path, header.encode() + buffer.getvalue())
