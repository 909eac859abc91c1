"""Judge E1 and E2."""

import pandas as pd

from rankcollapse.claims.judging import at_worst, between, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.bounds.claims import BALANCE, E1, E2, HIGH, LOW, SECOND_ORDER
from rankcollapse.experiments.bounds.summary import by_width, of_second_order, slopes
from rankcollapse.experiments.stationary_rank.judge import stationarity
from rankcollapse.experiments.stationary_rank.summary import gammas


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    table = frames["bounds.theorem"]
    smallest = gammas(table)[0]
    balance, tightness = (of_second_order(by_width(table, name, smallest), smallest) for name in ("drift", "tightness"))
    if not balance:
        missing = f"needs a width with γ² d < {SECOND_ORDER}; the smallest γ is {smallest}"
        return [judge(statement, [], missing) for statement in (E1, E2)]
    identity = between("slope of measured drift on the identity at width {}", slopes(frames["bounds.drift"]), LOW, HIGH)
    bracket = between("bracket over 2 d² in stationarity, width {}", balance, -BALANCE, BALANCE)
    bound = at_worst("r over the bound at the smallest γ, width {}", tightness, ">=", 1.0)
    return [judge(E1, identity + bracket), judge(E2, [bound, stationarity(frames["stationary_rank.chain"])])]
