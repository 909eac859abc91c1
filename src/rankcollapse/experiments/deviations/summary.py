"""The deviations, one by one: the quantity that a claim rests on, measured our way and the release's way."""

import math
import string
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.tools import add_constant

from rankcollapse.claims.records import Relation
from rankcollapse.experiments.breaking.claims import ORDERS, RANK_FALLS, STALLS
from rankcollapse.experiments.breaking.summary import by_seed, stalled
from rankcollapse.experiments.components.cells import Variant
from rankcollapse.experiments.components.summary import CENTRAL, DEFAULT, of, ordering
from rankcollapse.experiments.components.summary import networks as convolutional
from rankcollapse.experiments.deviations.published import REPLACED_ACCURACIES, RUNS
from rankcollapse.experiments.extreme_depth.claims import COLLAPSED_RANK
from rankcollapse.experiments.extreme_depth.summary import by_layer
from rankcollapse.experiments.pretraining.claims import LIKE_BN
from rankcollapse.experiments.pretraining.summary import accuracies, shortfall
from rankcollapse.experiments.stationary_rank.claims import EXPONENT
from rankcollapse.experiments.stationary_rank.summary import gammas, series
from rankcollapse.experiments.trainability.claims import CHANCE_ACCURACY, TRAINED_ACCURACY
from rankcollapse.experiments.trainability.summary import trained
from rankcollapse.statistics.fits import power_law
from rankcollapse.statistics.intervals import (
    SHARE,
    Bounds,
    Interval,
    difference_interval,
    mean_interval,
    ratio_interval,
    stationary_interval,
)

Frames = dict[str, pd.DataFrame]


class Sides(NamedTuple):
    """A quantity measured our way and the release's way, and theirs less ours."""

    ours: Interval
    theirs: Interval
    effect: Interval


@dataclass(frozen=True)
class Deviation:
    """One quantity under both ways of doing one thing, all else equal.

    Attributes:
        id: "D1" to "D8".
        release: what is done as in the release.
        quantity: what is measured, with its units; `{}` stands for `at`.
        at: at which depth, layer or γ; None if there is but one.
        ours: measured our way.
        theirs: measured the release's way.
        effect: theirs less ours; over pairs of the same seeds where there are such.
        relation: the side of the threshold on which the quantity must lie.
        threshold: that of the claim.
        claim: the claim that rests on the quantity; None if no claim does.
        row: the number with a letter for each row of it, "D1a", "D1b", ...
    """

    id: str
    release: str
    quantity: str
    ours: Interval
    theirs: Interval
    effect: Interval
    relation: Relation
    threshold: float
    claim: str | None
    at: object = None
    row: str = ""

    @property
    def text(self) -> str:
        """What is measured, and at which point."""
        return self.quantity.format(self.at)


def _paired(ours: pd.Series, theirs: pd.Series, bounds: Bounds | None = None) -> Sides:
    """The sides of series over the same seeds."""
    return Sides(mean_interval(ours, bounds), mean_interval(theirs, bounds), difference_interval(theirs, ours, bounds))


def _unpaired(ours: Interval, theirs: Interval) -> Sides:
    """The sides of independent measurements: the half-width is the root of the sum of the squares of theirs."""
    difference = theirs.estimate - ours.estimate
    half = math.hypot(*((side.high - side.low) / 2 for side in (theirs, ours)))
    return Sides(ours, theirs, Interval(difference, difference - half, difference + half, min(theirs.n, ours.n)))


def _of_geometric_means(ours: pd.Series, theirs: pd.Series, one: float, other: float) -> Interval:
    """The difference of two geometric means, `other` less `one`, by the delta method: linear in the logarithms."""
    found = difference_interval(other * np.log(theirs), one * np.log(ours))
    shift = other - one - found.estimate
    return Interval(other - one, found.low + shift, found.high + shift, found.n)


def _first(values: pd.Series, count: int) -> Sides:
    """The sides of accuracies where theirs is the mean of the first values, and ours that of all.

    Their difference is that of the first from the rest, less by the rest's share; t interval of two samples.
    """
    change = low = high = 0.0
    if share := max(0.0, 1 - count / len(values)):
        first = np.arange(len(values)) < count
        fit = OLS(values.to_numpy(), add_constant(first.astype(float))).fit()
        change, low, high = (share * float(end) for end in (fit.params[1], *fit.conf_int()[1]))
    means = (mean_interval(part, SHARE) for part in (values, values.iloc[:count]))
    return Sides(*means, Interval(change, low, high, len(values)))


def _deepest(runs: pd.DataFrame) -> pd.DataFrame:
    """The networks of the greatest depth."""
    return runs[runs["depth"] == runs["depth"].max()]


def _of_training(frames: Frames) -> Iterator[Deviation]:
    """D1 and D2, on the accuracy of BN networks in Figure 1, and D3."""
    must = (">=", TRAINED_ACCURACY, "C2")
    frame = trained(frames["trainability.training"])
    bn = frame[frame["variant"] == "bn"].set_index("seed").sort_index()

    adam, fixed = (_deepest(trained(frames[f"trainability.{part}"]).set_index("seed")) for part in ("adam", "fixed"))
    by_step = [(f"hard-coded step size, say {step:g}", runs) for step, runs in fixed.groupby("step_size")]
    for done, runs in [("Adam, not SGD; both searched", adam), *by_step]:
        depth = int(runs["depth"].iloc[0])
        sides = _paired(bn.loc[bn["depth"] == depth, "final_accuracy"], runs["final_accuracy"], SHARE)
        yield Deviation("D1", done, "BN accuracy, depth {}", *sides, *must, at=depth)

    runs = _deepest(bn)
    accuracy, depth = runs["final_accuracy"], int(runs["depth"].iloc[0])
    for done, sides in (
        ("accuracy on 1,000 random images, not on all", _paired(accuracy, runs["sampled_accuracy"], SHARE)),
        (
            "BN on statistics of the set (release and we: of the batch)",
            _paired(accuracy, runs["population_accuracy"], SHARE),
        ),
        (f"{RUNS} runs, not all", _first(accuracy, RUNS)),
    ):
        yield Deviation("D2", done, "BN accuracy, depth {}", *sides, *must, at=depth)

    for found, plotted in REPLACED_ACCURACIES:  # the release's own numbers: constants, without an interval
        sides = (Interval(value, value, value, RUNS) for value in (found, plotted, plotted - found))
        done, quantity = "value replaced before plotting", "accuracy as found in the release's results"
        yield Deviation("D3", done, quantity, *sides, *must[:2], None)


def _of_activations(frames: Frames) -> Iterator[Deviation]:
    """D4, on the ranks of Figure 2."""
    frame = frames["extreme_depth.chain"]
    deepest = int(frame["layer"].max())
    for variant, name, *must in (
        ("bn", "BN", ">=", math.sqrt(frame["width"].iloc[0])),
        ("vanilla", "vanilla", "<", COLLAPSED_RANK),
    ):
        relu, tanh = (by_layer(frame, activation, variant)[deepest] for activation in ("relu", "tanh"))
        sides = _unpaired(relu, tanh)
        yield Deviation("D4", "tanh, where ReLU is meant", f"{name} rank, layer {{}}", *sides, *must, "C4", at=deepest)


def _of_measures(frames: Frames) -> Iterator[Deviation]:
    """D5, on the growth of the ranks of Figure 3a."""
    frame = frames["stationary_rank.chain"]
    if frame["width"].nunique() < 3:
        return
    gamma, widths = gammas(frame)[0], sorted(map(int, frame["width"].unique()))

    def growth(*measures: str) -> Interval:
        """Exponent of the mean of some measures in the width."""
        chains = {width: [series(frame, gamma, width, name) for name in measures] for width in widths}
        return power_law({width: stationary_interval(np.mean(each, axis=0))[0] for width, each in chains.items()})

    def change(*measures: str) -> Interval:
        """The same less that of r: exponent of their ratio, chain by chain."""
        ratios = {}
        for width in widths:
            r = series(frame, gamma, width, "participation_ratio")
            cut = stationary_interval(r)[1]
            means = np.mean([series(frame, gamma, width, name)[:, cut:].mean(1) for name in measures], axis=0)
            ratios[width] = mean_interval(means / r[:, cut:].mean(1))
        return power_law(ratios)

    for name, measures in (
        ("the mean of two ranks of M", ("matrix_rank", "above_1e-9")),
        ("the numerical rank of M", ("matrix_rank",)),
        ("singular values of M above 1e-9", ("above_1e-9",)),
    ):
        sides = Sides(growth("participation_ratio"), growth(*measures), change(*measures))
        quantity = "exponent in the width, γ = {}"
        yield Deviation("D5", f"{name}, not r", quantity, *sides, ">=", EXPONENT, "C5", at=gamma)


def _of_pixels(frames: Frames) -> Iterator[Deviation]:
    """D6, on the accuracies of Figure 4."""
    depth = int(frames["pretraining.raw"]["depth"].max())
    both = [frames[f"pretraining.{part}"] for part in ("training", "raw")]
    ours, theirs = (accuracies(frame, depth) for frame in both)
    less = [table["pretrained"] - table["bn"] for table in (theirs, ours)]
    change = difference_interval(*less, Bounds(-1.0, 1.0, at_ends=SHARE.at_ends))
    for name, sides, *must in (
        ("pre-trained", _paired(ours["pretrained"], theirs["pretrained"], SHARE), ">=", TRAINED_ACCURACY),
        ("vanilla", _paired(ours["vanilla"], theirs["vanilla"], SHARE), "<", CHANCE_ACCURACY),
        ("pre-trained less BN", Sides(*(shortfall(frame, depth) for frame in both), change), ">=", LIKE_BN),
    ):
        done = "pixels from 0 to 255, not from 0 to 1"
        yield Deviation("D6", done, f"{name} accuracy, depth {{}}", *sides, *must, "C9", at=depth)


def _of_flags(frames: Frames) -> Iterator[Deviation]:
    """D7, on the networks of Figure 5 that are labelled with a part of BN, and on the order that C11 is about."""
    table = convolutional(frames["components.training"], CENTRAL)
    by_kind = {kind: of(table, CENTRAL, Variant(kind, DEFAULT)) for kind in ("full", "center", "scale")}
    if any(rows.empty for rows in by_kind.values()):
        return
    full, *parts = (rows.set_index("seed")["final_accuracy"] for rows in by_kind.values())
    for name, part in zip(("centring", "scaling"), parts, strict=True):
        done, quantity = f"the flag for {name} only does nothing: full BN", f"accuracy of VGG-19, {name} only"
        yield Deviation("D7", done, quantity, *_paired(part, full, SHARE), ">=", TRAINED_ACCURACY, None)
    others = table.drop(index=[*by_kind["center"].index, *by_kind["scale"].index])
    released = pd.concat([others, *(by_kind["full"].assign(normalization=kind) for kind in ("center", "scale"))])
    ours, theirs = (ordering(networks, "mean_loss") for networks in (table, released))
    if ours and theirs:
        quantity = "rank correlation of r with speed, VGG-19"
        yield Deviation("D7", "both flags do nothing", quantity, *_unpaired(ours, theirs), ">=", ORDERS, "C11")


def _of_signs(frames: Frames) -> Iterator[Deviation]:
    """D8, on the effect of weights of one sign in Figure 6."""
    training, release = frames["breaking.training"], frames["breaking.release"]
    for activation, parameters, done in (
        ("tanh", "weights", "BN networks with tanh, vanilla ones with ReLU"),
        ("relu", "all", "one sign: U[0, 0.1] for all parameters, BN's too"),
        ("tanh", "all", "both of these"),
    ):
        both = pd.concat([training, release])  # those with weights of both signs are trained once
        both = both[(both["variant"] == "bn") & (both["activation"] == activation)]
        one = release[(release["activation"] == activation) & (release["one_signed"] == parameters)]
        rows = pd.concat([both, one[one["variant"] == "one-signed"]])
        if any(not np.isfinite(by_seed(part, "final_loss")["bn"]).all() for part in (training, rows)):
            continue
        ranks = [by_seed(part, "ratio") for part in (training, rows)]
        falls = [table["bn"] / table["one-signed"] for table in ranks]
        if all(fall.notna().all() for fall in falls):  # else a first state is not finite
            ours, theirs = (ratio_interval(table["bn"], table["one-signed"]) for table in ranks)
            sides = Sides(ours, theirs, _of_geometric_means(*falls, ours.estimate, theirs.estimate))
            yield Deviation("D8", done, "r, both signs over one", *sides, ">=", RANK_FALLS, "C10")
        stalls = _paired(stalled(training), stalled(rows))
        quantity = "last loss above the middle of guessing and BN"
        yield Deviation("D8", done, quantity, *stalls, ">=", STALLS, "C10")


def deviations(frames: Frames) -> list[Deviation]:
    """All deviations that these frames measure, D1 to D8; D9 (pins, seeds, licence) has no effect to measure."""
    measured = (_of_training, _of_activations, _of_measures, _of_pixels, _of_flags, _of_signs)
    counted: dict[str, Iterator[str]] = defaultdict(lambda: iter(string.ascii_lowercase))
    found = [deviation for part in measured for deviation in part(frames)]
    return [replace(deviation, row=deviation.id + next(counted[deviation.id])) for deviation in found]
