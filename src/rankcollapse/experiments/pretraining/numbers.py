"""The numbers of Figure 4 that the paper's text quotes."""

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.pretraining.summary import final, shortfall
from rankcollapse.experiments.trainability.summary import by_depth, trained
from rankcollapse.report.numbers import escape, interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX; "--" for a measure of networks that all diverged in pre-training."""
    frame = frames["pretraining.training"]
    runs, start = final(frame), trained(frame[frame["step"] == 0])
    deepest, steps = int(frame["depth"].max()), frame["pretraining_steps"].max()
    variants = ("vanilla", "pretrained", "bn")
    accuracy = {variant: by_depth(runs, variant, "final_accuracy") for variant in variants}
    best = max(
        accuracy["pretrained"],
        key=lambda depth: accuracy["pretrained"][depth].estimate - accuracy["vanilla"][depth].estimate,
    )

    def initial(variant: str, measure: str) -> str:
        return interval(by_depth(start.dropna(subset=measure), variant, measure).get(deepest))

    return {
        "pretraining.dataset": escape(find(frame["dataset"].iloc[0]).title),
        "pretraining.deepest": number(deepest),
        "pretraining.steps": number(steps),
        "pretraining.epochs": number(round(steps / frame["steps_an_epoch"].iloc[0], 1)),
        "pretraining.best": number(best),
        "pretraining.diverged": number(int(runs["diverged"].sum())),
        "pretraining.networks": number(len(runs)),
        "pretraining.shortfall": interval(shortfall(frame, deepest)),
        **{
            f"pretraining.accuracy.{variant}.{name}": interval(accuracy[variant][depth])
            for variant in variants
            for name, depth in (("deepest", deepest), ("best", best))
        },
        **{f"pretraining.ratio.{name}.deepest": initial(name, "participation_ratio") for name in variants},
        **{f"pretraining.gradient.{name}": initial(name, "gradient_norm") for name in ("pretrained", "bn")},
    }
