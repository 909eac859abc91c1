"""Judge E9, E10 and E11."""

import math

import pandas as pd

from rankcollapse.claims.judging import at_worst, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.gallery.claims import E9, E10, E11, ONE_LINE, OVER_ROOT, READY_MADE, WITH, WITHOUT
from rankcollapse.experiments.gallery.summary import last


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    frame = frames["gallery.states"]
    found = last(frame)
    root = math.sqrt(frame.loc[frame["family"] == "mlp", "columns"].iloc[0])

    def worst(quantity: str, chosen: list[tuple[str, str]], relation: str, threshold: float):
        points = {f"{family}, {variant.replace('_', ' ')}": found[family, variant] for family, variant in chosen}
        return at_worst(f"{quantity}, {{}}", points, relation, threshold)

    ready_made = [key for key in found if key[0] in READY_MADE]
    return [
        judge(E9, [worst("r without skip connections and BN", WITHOUT, "<", ONE_LINE)]),
        judge(
            E10,
            [
                worst("r with all parts", WITH, ">=", ONE_LINE),
                worst("r where it should be √N or more", OVER_ROOT, ">=", root),
            ],
        ),
        judge(E11, [worst("r of an architecture that others wrote", ready_made, ">=", ONE_LINE)]),
    ]
