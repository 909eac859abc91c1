"""The deviations, one by one: the quantity that a claim rests on, measured our way and the release's way."""

import math
import string
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from rankcollapse.claims import Condition
from rankcollapse.experiments.breaking.claims import ORDERS, RANK_FALLS, STALLS
from rankcollapse.experiments.breaking.summary import fallen, stalled
from rankcollapse.experiments.components.summary import CENTRAL, DEFAULT, ordering
from rankcollapse.experiments.components.summary import networks as convolutional
from rankcollapse.experiments.components.summary import of as of_variant
from rankcollapse.experiments.deep.claims import COLLAPSED_RANK, by_layer
from rankcollapse.experiments.depth.claims import CHANCE_ACCURACY, TRAINED_ACCURACY
from rankcollapse.experiments.deviations.published import REPLACED_ACCURACIES, RUNS
from rankcollapse.experiments.pretraining.claims import LIKE_BN
from rankcollapse.experiments.pretraining.summary import final
from rankcollapse.experiments.width.claims import EXPONENT
from rankcollapse.experiments.width.summary import gammas, series
from rankcollapse.intervals import Interval, mean_interval, power_law, stationary_interval

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Deviation:
    """One quantity under both ways of doing one thing, all else equal.

    Attributes:
        id: "D1" to "D8".
        release: what is done as in the release.
        quantity: what is measured, with its units.
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
    relation: Literal["<", ">="]
    threshold: float
    claim: str | None
    row: str = ""

    def verdicts(self) -> tuple[str, str]:
        """Whether the quantity lies on its side of the threshold: our way, the release's way."""
        ours, theirs = (
            Condition(self.quantity, side, self.relation, self.threshold).verdict for side in (self.ours, self.theirs)
        )
        return ours, theirs

    def changes(self) -> str:
        """Whether the quantity changes sides: "yes", "no", or "open" where an interval contains the threshold."""
        verdicts = self.verdicts()
        if "inconclusive" in verdicts:
            return "open"
        return "yes" if len(set(verdicts)) == 2 else "no"


def _paired(theirs: pd.Series, ours: pd.Series) -> tuple[Interval, Interval, Interval]:
    """Ours, theirs and the mean difference, for series over the same seeds."""
    return mean_interval(ours), mean_interval(theirs), mean_interval(theirs - ours)


def _unpaired(theirs: Interval, ours: Interval) -> tuple[Interval, Interval, Interval]:
    """The same for independent measurements: the half-width is the root of the sum of the squares of theirs."""
    difference = theirs.estimate - ours.estimate
    half = math.hypot(*((side.high - side.low) / 2 for side in (theirs, ours)))
    return ours, theirs, Interval(difference, difference - half, difference + half, min(theirs.n, ours.n))


def _first(values: pd.Series, count: int) -> tuple[Interval, Interval, Interval]:
    """The same for the mean of the first values beside that of all.

    Their difference is that of the first from the rest, less by the rest's share; t interval of two samples.
    """
    first, rest = values.iloc[:count], values.iloc[count:]
    change, half = float(first.mean() - values.mean()), 0.0
    if len(rest):
        squares = sum(((part - part.mean()) ** 2).sum() for part in (first, rest))
        error = math.sqrt(squares / (len(values) - 2) * (1 / count + 1 / len(rest))) * len(rest) / len(values)
        half = float(stats.t.ppf(0.975, len(values) - 2)) * error
    effect = Interval(change, change - half, change + half, len(values))
    return mean_interval(values), mean_interval(first), effect


def _of_training(frames: Frames) -> Iterator[Deviation]:
    """D1 and D2, on the accuracy of BN networks in Figure 1, and D3."""
    frame = frames["depth.training"]
    bn = frame[frame["variant"] == "bn"]
    trained = (">=", TRAINED_ACCURACY, "C2")

    adam = frames["depth.adam"]
    depth = int(adam["depth"].max())
    runs = [rows[(rows["phase"] == "final") & (rows["depth"] == depth)].set_index("seed") for rows in (adam, bn)]
    sides = _paired(*(side["final_accuracy"] for side in runs))
    yield Deviation("D1", "Adam, not SGD; both searched", f"BN accuracy, depth {depth}", *sides, *trained)

    fixed = frames["depth.fixed"]
    depth = int(fixed["depth"].max())
    searched = bn[(bn["phase"] == "final") & (bn["depth"] == depth)].set_index("seed")["final_accuracy"]
    for step, runs in fixed[fixed["depth"] == depth].groupby("step_size"):
        sides = _paired(runs.set_index("seed")["final_accuracy"], searched)
        yield Deviation("D1", f"hard-coded step size, say {step:g}", f"BN accuracy, depth {depth}", *sides, *trained)

    deepest = int(bn["depth"].max())
    runs = bn[(bn["phase"] == "final") & (bn["depth"] == deepest)].sort_values("seed").reset_index()
    quantity = f"BN accuracy, depth {deepest}"
    sides = _paired(runs["sampled_accuracy"], runs["final_accuracy"])
    yield Deviation("D2", "accuracy on 1,000 random images, not on all", quantity, *sides, *trained)
    sides = _paired(runs["population_accuracy"], runs["final_accuracy"])
    yield Deviation("D2", "BN on statistics of the set (release and we: of the batch)", quantity, *sides, *trained)
    sides = _first(runs["final_accuracy"], RUNS)
    yield Deviation("D2", f"{RUNS} runs, not all", quantity, *sides, *trained)

    for found, plotted in REPLACED_ACCURACIES:  # the release's own numbers: constants, without an interval
        sides = (Interval(value, value, value, RUNS) for value in (found, plotted, plotted - found))
        done, quantity = "value replaced before plotting", "accuracy as found in the release's results"
        yield Deviation("D3", done, quantity, *sides, *trained[:2], None)


def _of_chains(frames: Frames) -> Iterator[Deviation]:
    """D4, on the ranks of Figure 2, and D5, on the growth of those of Figure 3a."""
    frame = frames["deep.chain"]
    deepest = int(frame["layer"].max())
    for variant, name, relation, threshold in (
        ("bn", "BN", ">=", math.sqrt(frame["width"].iloc[0])),
        ("vanilla", "vanilla", "<", COLLAPSED_RANK),
    ):
        ranks = [by_layer(frame, activation, variant)[deepest] for activation in ("tanh", "relu")]
        quantity = f"{name} rank, layer {deepest}"
        yield Deviation("D4", "tanh, where ReLU is meant", quantity, *_unpaired(*ranks), relation, threshold, "C4")

    frame = frames["width.chain"]
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
        sides = growth("participation_ratio"), growth(*measures), change(*measures)
        quantity = f"exponent in the width, γ = {gamma}"
        yield Deviation("D5", f"{name}, not r", quantity, *sides, ">=", EXPONENT, "C5")


def _of_pixels(frames: Frames) -> Iterator[Deviation]:
    """D6, on the accuracies of Figure 4."""
    raw = frames["pretraining.raw"]
    depth = int(raw["depth"].max())
    raw, scaled = (
        final(rows)[lambda last: last["depth"] == depth].pivot(index="seed", columns="variant", values="final_accuracy")
        for rows in (raw, frames["pretraining.training"])
    )
    done = "pixels from 0 to 255, not from 0 to 1"
    for variant, name, relation, threshold in (
        ("pretrained", "pre-trained", ">=", TRAINED_ACCURACY),
        ("vanilla", "vanilla", "<", CHANCE_ACCURACY),
    ):
        sides = _paired(raw[variant], scaled[variant])
        yield Deviation("D6", done, f"{name} accuracy, depth {depth}", *sides, relation, threshold, "C9")
    sides = _paired(raw["pretrained"] - raw["bn"], scaled["pretrained"] - scaled["bn"])
    yield Deviation("D6", done, f"pre-trained less BN accuracy, depth {depth}", *sides, ">=", LIKE_BN, "C9")


def _of_flags(frames: Frames) -> Iterator[Deviation]:
    """D7, on the networks of Figure 5 that are labelled with a part of BN, and on the order that C11 is about."""
    table = convolutional(frames["components.training"], CENTRAL)
    by_kind = {kind: of_variant(table, CENTRAL, (kind, DEFAULT)) for kind in ("full", "center", "scale")}
    if any(rows.empty for rows in by_kind.values()):
        return
    full, *parts = (rows.set_index("seed")["final_accuracy"] for rows in by_kind.values())
    for name, part in zip(("centring", "scaling"), parts, strict=True):
        done = f"the flag for {name} only does nothing: full BN"
        sides = _paired(full, part)
        yield Deviation("D7", done, f"accuracy of VGG-19, {name} only", *sides, ">=", TRAINED_ACCURACY, None)
    others = table.drop(index=[*by_kind["center"].index, *by_kind["scale"].index])
    released = pd.concat([others, *(by_kind["full"].assign(normalization=kind) for kind in ("center", "scale"))])
    theirs, ours = (ordering(networks, "mean_loss") for networks in (released, table))
    if theirs and ours:
        quantity = "rank correlation of r with speed, VGG-19"
        yield Deviation("D7", "both flags do nothing", quantity, *_unpaired(theirs, ours), ">=", ORDERS, "C11")


def _of_signs(frames: Frames) -> Iterator[Deviation]:
    """D8, on the effect of weights of one sign in Figure 6."""
    release = frames["breaking.release"]
    for activation, parameters, done in (
        ("tanh", "weights", "BN networks with tanh, vanilla ones with ReLU"),
        ("relu", "all", "one sign: U[0, 0.1] for all parameters, BN's too"),
        ("tanh", "all", "both of these"),
    ):
        both = pd.concat([frames["breaking.training"], release])  # those with weights of both signs are trained once
        both = both[(both["variant"] == "bn") & (both["activation"] == activation)]
        one = release[(release["activation"] == activation) & (release["one_signed"] == parameters)]
        rows = pd.concat([both, one[one["variant"] == "one-signed"]])
        for measure, quantity, threshold in (
            (fallen, "r, both signs over one", RANK_FALLS),
            (stalled, "last loss above the middle of guessing and BN", STALLS),
        ):
            pairs = (measure(rows), measure(frames["breaking.training"]))
            if all(np.isfinite(side).all() for side in pairs):  # else a network with both signs diverged
                yield Deviation("D8", done, quantity, *_paired(*pairs), ">=", threshold, "C10")


def deviations(frames: Frames) -> list[Deviation]:
    """All deviations that these frames measure, D1 to D8; D9 (pins, seeds, licence) has no effect to measure."""
    measured = (_of_training, _of_chains, _of_pixels, _of_flags, _of_signs)
    counted: dict[str, Iterator[str]] = defaultdict(lambda: iter(string.ascii_lowercase))
    found = [deviation for part in measured for deviation in part(frames)]
    return [replace(deviation, row=deviation.id + next(counted[deviation.id])) for deviation in found]
