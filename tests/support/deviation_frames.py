"""Made-up frames for every row of the deviations."""

import functools
import math

import numpy as np
import pandas as pd

from rankcollapse.experiments.deviations.summary import deviations

SEEDS = range(12)


JITTER = pd.Series(np.random.default_rng(0).normal(0, 0.01, 12))  # the same in all networks of a seed: pairs are exact


MEASURES = ("participation_ratio", "matrix_rank", "above_1e-9")


# of each measure of a chain beside what they share: ratios of measures without any spread would have no interval
NOISE = pd.DataFrame(np.random.default_rng(1).normal(0, 1e-4, (12, 3)), columns=MEASURES)


SPREAD = 1 + JITTER


# As each quantity is measured our way and the release's way, all on the same side of its threshold.
VALUES = {
    "sgd": 0.8, "adam": 0.7, "step 0.01": 0.6, "step 1": 0.9, "sampled": 0.79, "population": 0.75, "first": 0.0,
    "bn relu": 9.0, "bn tanh": 12.0, "vanilla relu": 1.0, "vanilla tanh": 1.5,
    "participation_ratio": 0.6, "matrix_rank": 0.9, "above_1e-9": 0.7,
    "scaled vanilla": 0.1, "scaled pretrained": 0.8, "scaled bn": 0.85,
    "raw vanilla": 0.15, "raw pretrained": 0.7, "raw bn": 0.72,
    "full": (3.0, 0.8), "center": (2.5, 0.7), "scale": (1.5, 0.6), "none": (1.0, 0.1), "weight": (1.0, 0.9),
    "bn relu weights": (7.0, 0.8), "bn tanh weights": (6.0, 0.5), "one-signed relu weights": (1.0, 2.25),
    "one-signed tanh weights": (2.0, 2.2), "one-signed relu all": (1.4, 2.1), "one-signed tanh all": (1.5, 2.0),
}  # fmt: skip


def trained(accuracy, step=0.1, **others):
    """Rows of trainability.*: those that must not count (search, shallower, vanilla), then those to be measured."""
    rows = []
    for seed in reversed(SEEDS):
        row = {"variant": "bn", "phase": "final", "depth": 32, "seed": seed, "step_size": step}
        row |= {name: value + JITTER[seed] for name, value in others.items()}
        row |= {"step": 90, "loss": None, "final_accuracy": accuracy + JITTER[seed]}
        wrong = [{"phase": "search"}, {"depth": 8}] + ([{"variant": "vanilla"}] if others else [])
        rows += [row | change | {"final_accuracy": 0.3} for change in wrong if step == 0.1 or "phase" not in change]
        rows.append(row)
    return rows


def frames(**changes):
    """The frames that the deviations read, the values of some quantities changed."""
    value = VALUES | {name.replace("_", " ") if name not in VALUES else name: v for name, v in changes.items()}
    depth = pd.DataFrame(
        trained(value["sgd"], sampled_accuracy=value["sampled"], population_accuracy=value["population"])
    )
    depth.loc[(depth["seed"] < 3) & (depth["final_accuracy"] != 0.3), "final_accuracy"] += value["first"]
    chains = [
        {"activation": activation, "variant": variant, "layer": layer, "width": 32, "chain": chain}
        | {"numerical_rank": value[f"{variant} {activation}"] + JITTER[chain] if layer else 32}
        for activation in ("tanh", "relu")
        for variant in ("vanilla", "bn")
        for layer in (0, 50_000)
        for chain in SEEDS
    ]
    widths = [
        {"gamma": gamma, "width": width, "chain": chain, "layer": layer, "measure": measure, "tau": None}
        | {
            "value": 2
            * width ** (value[measure] if gamma == "0.01" else 0.1)
            * (1 + JITTER[chain] + NOISE.loc[chain, measure])
        }
        for gamma in ("inf", "1", "0.01")
        for width in (8, 16, 32)
        for chain in SEEDS
        for layer in range(20)
        for measure in MEASURES
    ]
    pretraining = {
        pixels: [
            {"variant": variant, "phase": phase, "step": step, "depth": depth, "seed": seed}
            | {
                "final_accuracy": (value[f"{pixels} {variant}"] if (phase, depth) == ("final", 16) else 0.3)
                + JITTER[seed]
            }
            for variant in ("vanilla", "pretrained", "bn")
            for phase, step, depth in (("search", 9, 16), ("final", 0, 16), ("final", 9, 16), ("final", 9, 4))
            for seed in SEEDS
        ]
        for pixels in ("raw", "scaled")
    }
    components = [
        {"phase": phase, "step": step, "architecture": architecture, "normalization": kind, "seed": seed}
        | {
            "initialization": "torch_default",
            "step_size": 0.1,
            "diverged": False,
            "participation_ratio": value[kind][0],
        }
        | {"final_accuracy": value[kind][1] + JITTER[seed] if step else None}
        | {"loss": 2 - value[kind][1] - JITTER[seed]}
        | {"accuracy": 0.3 if step else None}
        for kind in ("full", "center", "scale", "none", "weight")
        for architecture, phase, step in (("vgg19", "final", 0), ("vgg19", "final", 9), ("resnet50", "final", 9))
        for seed in (reversed(SEEDS) if kind == "full" else SEEDS)  # rows are in no order: of the step sizes taken
    ]
    breaking = [
        dict(zip(("variant", "activation", "one_signed"), name.split(), strict=True))
        | {"seed": seed, "step": step, "accuracy": 0.8 if step else None}
        # weights of one sign have one rank, whatever the seed
        | {"participation_ratio": 100.0 if step else value[name][0] * (SPREAD[seed] if name.startswith("bn") else 1)}
        | {"loss": {0: None, 5: 100.0, 9: value[name][1] + JITTER[seed]}[step]}
        for name in VALUES
        if name.endswith((" weights", " all"))
        for step in (0, 5, 9)
        for seed in SEEDS
    ]
    signs = pd.DataFrame(breaking)
    ours = (signs["activation"] == "relu") & (signs["one_signed"] == "weights")
    return {
        "trainability.training": depth,
        "trainability.adam": pd.DataFrame(trained(value["adam"])),
        "trainability.fixed": pd.DataFrame(trained(value["step 0.01"], 0.01) + trained(value["step 1"], 1.0)),
        "extreme_depth.chain": pd.DataFrame(chains),
        "stationary_rank.chain": pd.DataFrame(widths),
        "pretraining.training": pd.DataFrame(pretraining["scaled"]),
        "pretraining.raw": pd.DataFrame(pretraining["raw"]),
        "breaking.training": signs[ours],
        "breaking.release": signs[~ours],
        "components.training": pd.DataFrame(components),
    }


@functools.cache
def rows(**changes):
    return {deviation.row: deviation for deviation in deviations(frames(**changes))}


EVERY_ROW = [
    f"D{number}{letter}" for number, count in enumerate((3, 3, 2, 2, 3, 3, 3, 6), 1) for letter in "abcdef"[:count]
]


MIDDLE = [(math.log(10) + loss) / 2 for loss in (0.8, 0.5)]  # between guessing and BN, with ReLU and with tanh


MEAN_OF_RANKS = np.polyfit(np.log([8, 16, 32]), np.log([8**0.9 + 8**0.7, 16**0.9 + 16**0.7, 32**0.9 + 32**0.7]), 1)[0]


MEAN, FIRST = JITTER.mean(), JITTER[:3].mean()


FOLD = math.exp(np.log(SPREAD).mean())  # geometric mean over the seeds
