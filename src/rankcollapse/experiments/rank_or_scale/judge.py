"""Judge E7, E8, C9s and C11s."""

import pandas as pd

from rankcollapse.claims.judging import at_worst, condition, given, judge
from rankcollapse.claims.records import Claim, Condition
from rankcollapse.experiments.breaking.claims import ORDERS
from rankcollapse.experiments.pretraining.claims import LIKE_BN
from rankcollapse.experiments.rank_or_scale.claims import BETTER, C9S, C11S, E7, E8, FIGURE_1, LEARNS, RAISED
from rankcollapse.experiments.rank_or_scale.summary import (
    FACTORIAL,
    accuracy_gain,
    by_depth,
    by_seed,
    final,
    varied,
)
from rankcollapse.experiments.trainability.claims import COLLAPSED_RANK, DEEP
from rankcollapse.statistics.intervals import SHARE, mean_interval, rank_correlation, ratio_interval

WAYS = {"last": "pre-training on the last state", "layerwise": "layer-wise pre-training"}


def _raised(frame: pd.DataFrame, rank: str, depth: int) -> list[Condition]:
    """E7 for one way of raising the rank at one depth; open where the rank was not raised."""
    sides = [by_seed(frame, FACTORIAL, depth, each, "held", "participation_ratio") for each in (rank, "drawn")]
    gain = accuracy_gain(frame, depth, (FACTORIAL, rank, "held"), (FACTORIAL, "drawn", "held"))
    return given(
        condition(f"r after {WAYS[rank]} over r as drawn, depth {depth}", ratio_interval(*sides), ">=", RAISED),
        [condition(f"accuracy gained by {WAYS[rank]} at equal scale, depth {depth}", gain, ">=", BETTER)],
    )


def judge_rank_at_equal_scale(frame: pd.DataFrame) -> Claim:
    """E7."""
    depths = varied(frame, FACTORIAL)
    biases = {depth for depth in {*varied(frame, "default")} & {*varied(frame, "without_biases")} if depth >= DEEP}
    if not depths or not biases or "last" not in set(frame["rank"]):
        missing = f"needs networks whose rank and scale are varied, and the scale of the default from depth {DEEP} on"
        return judge(E7, [], missing)
    signal = {
        depth: accuracy_gain(frame, depth, ("without_biases", "drawn", "held"), ("default", "drawn", "held"))
        for depth in sorted(biases)
    }
    by_biases = at_worst("accuracy without biases less with PyTorch's at equal scale, depth {}", signal, ">=", BETTER)
    raised = [found for rank in WAYS for depth in depths for found in _raised(frame, rank, depth)]
    return judge(E7, [*raised, by_biases])


def judge_collapse(states: pd.DataFrame) -> Claim:
    """E8."""

    def ranks(network: str) -> dict[int, object]:
        found = by_depth(states, network, "numerical_rank")
        return {depth: rank for depth, rank in found.items() if DEEP <= depth <= FIGURE_1}

    names = {"without_biases": "the default without biases", "glorot": "Glorot's weights", "he": "He's weights"}
    if not ranks("he"):
        return judge(E8, [], f"needs rank_or_scale.states.depths from {DEEP} to {FIGURE_1}")
    baseline = at_worst("numerical rank of the default at depth {}", ranks("default"), "<", COLLAPSED_RANK)
    others = [
        at_worst(f"numerical rank of {name} at depth {{}}", ranks(network), "<", COLLAPSED_RANK)
        for network, name in names.items()
    ]
    return judge(E8, given(baseline, others))


def judge_like_bn(frame: pd.DataFrame) -> Claim:
    """C9s."""
    bn = by_seed(frame, "bn", FIGURE_1, "drawn", "drawn", "final_accuracy")
    if FIGURE_1 not in varied(frame, FACTORIAL) or bn.empty or "last" not in set(frame["rank"]):
        return judge(C9S, [], f"needs BN networks, and networks whose rank and scale are varied, of depth {FIGURE_1}")

    def less_bn(rank: str) -> object:
        return accuracy_gain(frame, FIGURE_1, (FACTORIAL, rank, "held"), ("bn", "drawn", "drawn"))

    baseline = condition("accuracy of BN networks", mean_interval(bn, SHARE), ">=", LEARNS)
    conditions = [
        condition(f"accuracy after {WAYS['last']} at equal scale, less BN's", less_bn("last"), ">=", LIKE_BN),
        condition("accuracy at equal scale without pre-training, less BN's", less_bn("drawn"), "<", LIKE_BN),
    ]
    return judge(C9S, given(baseline, conditions))


def judge_order(frame: pd.DataFrame) -> Claim:
    """C11s."""
    held = final(frame)
    held = held[(held["scale"] == "held") & (held["depth"] == FIGURE_1)]
    if held[["network", "rank"]].drop_duplicates().shape[0] < 3 or held["final_accuracy"].nunique() < 2:
        return judge(C11S, [], f"needs several variants of equal scale and depth {FIGURE_1} that are not all alike")
    found = rank_correlation(held["participation_ratio"], held["final_accuracy"], held["seed"])
    return judge(C11S, [condition("rank correlation of r with accuracy at equal scale", found, ">=", ORDERS)])


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    training, states = frames["rank_or_scale.training"], frames["rank_or_scale.states"]
    return [judge_rank_at_equal_scale(training), judge_collapse(states), judge_like_bn(training), judge_order(training)]
