"""What a panel shows."""

import numpy as np
from matplotlib.collections import LineCollection


def labels(axes):
    """The labels of a legend by the colour of what they stand for."""
    return {handle.get_color(): label for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}


def shown(axes, names=None):
    """The curves of a panel by label: for each abscissa the mean and the ends of its interval.

    Args:
        axes: the panel.
        names: labels by colour, where the panel has no legend of its own.
    """
    names = names or labels(axes)
    bars = [container.lines[2][0] for container in axes.containers]
    ends = bars or [found for found in axes.collections if not isinstance(found, LineCollection)]
    lines = [line for line in axes.get_lines() if len(line.get_xdata()) and line.get_linestyle() in ("-", "--")]
    curves = [line for line in lines if line.get_color() in names]
    return {names[line.get_color()]: _points(line, interval) for line, interval in zip(curves, ends, strict=True)}


def _points(line, interval):
    """The points of a curve, and the ends of its bars or of its band there; NaN where there is no band."""
    if isinstance(interval, LineCollection):
        at = {segment[0][0]: sorted(y for _, y in segment) for segment in interval.get_segments()}
    else:
        vertices = np.concatenate([np.empty((0, 2)), *(path.vertices for path in interval.get_paths())])
        of = {x: vertices[vertices[:, 0] == x, 1] for x in line.get_xdata().tolist()}
        at = {x: [values.min(), values.max()] if values.size else [np.nan] * 2 for x, values in of.items()}
    return {x: (y, *at[x]) for x, y in line.get_xydata().tolist()}
