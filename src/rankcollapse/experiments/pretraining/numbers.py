"""The numbers of Figure 4 that the paper's text quotes."""

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.pretraining.summary import accuracy, final, initial, shortfall
from rankcollapse.numbers import escape, interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["pretraining.training"]
    runs, deepest = final(frame), int(frame["depth"].max())
    steps = frame["pretraining_steps"].max()
    gained = {
        depth: point.estimate - accuracy(frame, "vanilla")[depth].estimate
        for depth, point in accuracy(frame, "pretrained").items()
    }
    best = max(gained, key=gained.get)
    return {
        "pretraining.dataset": escape(find(frame["dataset"].iloc[0]).title),
        "pretraining.deepest": number(deepest),
        "pretraining.steps": number(steps),
        "pretraining.epochs": number(round(steps / frame["steps_an_epoch"].iloc[0], 1)),
        "pretraining.best": number(best),
        "pretraining.diverged": number(int(runs["diverged"].sum())),
        "pretraining.networks": number(len(runs)),
        "pretraining.shortfall": interval(*shortfall(frame, deepest)[:3]),
        **{
            f"pretraining.accuracy.{variant}.{name}": interval(*accuracy(frame, variant)[depth][:3])
            for variant in ("vanilla", "pretrained", "bn")
            for name, depth in (("deepest", deepest), ("best", best))
        },
        **{
            f"pretraining.ratio.{variant}.deepest": _initial(frame, variant, "participation_ratio", deepest)
            for variant in ("vanilla", "pretrained", "bn")
        },
        **{
            f"pretraining.gradient.{variant}": _initial(frame, variant, "gradient_norm", deepest)
            for variant in ("pretrained", "bn")
        },
    }


def _initial(frame: pd.DataFrame, variant: str, measure: str, depth: int) -> str:
    """A measure before training; "--" if all networks of that depth diverged in pre-training."""
    points = initial(frame, variant, measure)
    return interval(*points[depth][:3]) if depth in points else "--"
