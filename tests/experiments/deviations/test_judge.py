"""The judge of E4: rows that stay on their side, turn, or are open."""

import pytest
from support.deviation_frames import EVERY_ROW, frames

from rankcollapse.claims.records import Condition
from rankcollapse.experiments.deviations.judge import changes, judge_all, stays, verdicts
from rankcollapse.experiments.deviations.summary import Deviation, deviations
from rankcollapse.statistics.intervals import Interval

OTHER_SIDE = [
    ({"adam": 0.3}, "D1a"),
    ({"step 0.01": 0.3}, "D1b"),
    ({"step 1": 0.3}, "D1c"),
    ({"sampled": 0.3}, "D2a"),
    ({"population": 0.3}, "D2b"),
    ({"sgd": 0.95, "first": -0.75}, "D2c"),  # three runs decide little
    ({"bn tanh": 2.0}, "D4a"),
    ({"vanilla tanh": 5.0}, "D4b"),
    ({"matrix_rank": 0.1, "above_1e-9": 0.1}, "D5a D5b D5c"),
    ({"participation_ratio": 0.1}, "D5a D5b D5c"),  # ours does not grow, theirs do
    ({"raw pretrained": 0.4, "raw bn": 0.4}, "D6a"),
    ({"raw vanilla": 0.6}, "D6b"),
    ({"raw bn": 0.9}, "D6c"),
    ({"center": (2.5, 0.45), "scale": (1.5, 0.4)}, "D7a D7b"),  # no claim rests on these
    ({"scale": (2.5, 0.1), "center": (1.5, 0.2), "none": (1.0, 0.3)}, "D7a D7b D7c"),
    ({"one-signed tanh weights": (5.0, 2.2)}, "D8a"),
    ({"one-signed tanh weights": (2.0, 0.6)}, "D8b"),
    ({"one-signed relu all": (6.0, 0.9)}, "D8c D8d"),
    ({"one-signed tanh all": (5.0, 0.6)}, "D8e D8f"),
    ({"one-signed relu weights": (6.0, 0.9)}, "D8a D8b D8c D8d D8e D8f"),
]


@pytest.mark.parametrize(("changed", "expected"), OTHER_SIDE)
def test_a_row_that_changes_sides_turns_the_verdict(changed, expected):
    found = deviations(frames(**changed))
    assert [deviation.row for deviation in found if changes(deviation) == "yes"] == expected.split()
    [claim] = judge_all(frames(**changed))
    turned = any(deviation.claim for deviation in found if deviation.row in expected.split())
    assert claim.verdict == ("refuted" if turned else "reproduced")


def test_the_verdict_over_rows_that_stay_and_one_that_is_open():
    assert [claim.verdict for claim in judge_all(frames())] == ["reproduced"]
    assert len(judge_all(frames())[0].conditions) == len(EVERY_ROW) - 4  # D3 and two of D7 are about no claim
    fails_both_ways = dict.fromkeys(("sgd", "adam", "step 0.01", "step 1", "sampled", "population"), 0.2)
    assert judge_all(frames(**fails_both_ways))[0].verdict == "reproduced"
    for changed, count in (({"adam": 0.5}, 1), ({"sgd": 0.5}, 6)):
        found, [claim] = deviations(frames(**changed)), judge_all(frames(**changed))
        assert sum(changes(deviation) == "open" for deviation in found) == count
        assert (claim.verdict, claim.to_decide.count("D1, C2: BN accuracy, depth 32; Adam")) == ("inconclusive", 1)
        assert claim.to_decide.count("our way it is open") == (count if "sgd" in changed else 0)
    assert judge_all(frames(adam=0.5, sampled=0.3))[0].verdict == "refuted"


def test_the_identity_of_a_condition_is_the_quantity_without_its_point_and_never_what_was_found():
    found = {deviation.row: stays(deviation) for deviation in deviations(frames()) if deviation.claim}
    assert found["D1a"].quantity == "D1, C2: BN accuracy, depth {}; Adam, not SGD; both searched"
    assert found["D1a"].text == "D1, C2: BN accuracy, depth 32; Adam, not SGD; both searched"
    assert {row: condition.at for row, condition in found.items() if condition.at} == {
        **dict.fromkeys(("D1a", "D1b", "D1c", "D2a", "D2b", "D2c"), "32"),
        **dict.fromkeys(("D4a", "D4b"), "50000"),
        **dict.fromkeys(("D5a", "D5b", "D5c"), "0.01"),
        **dict.fromkeys(("D6a", "D6b", "D6c"), "16"),
    }
    quantities = [condition.quantity for condition in found.values()]
    assert len({*quantities}) == len(quantities)
    for changed in ({"sgd": 0.5}, {"sgd": 0.3}, {"adam": 0.3}, {"participation_ratio": 0.1}):
        [claim] = judge_all(frames(**changed))
        assert [condition.quantity for condition in claim.conditions] == quantities


def deviation(ours, theirs, relation=">="):
    sides = (Interval(middle, middle - 0.1, middle + 0.1, 5) for middle in (ours, theirs, theirs - ours))
    return Deviation("D1", "as there", "q of {}", *sides, relation, 1.0, "C1", at=7, row="D1a")


@pytest.mark.parametrize(
    ("ours", "theirs", "both", "change", "stay"),
    [
        (2.0, 3.0, ("reproduced", "reproduced"), "no", "reproduced"),
        (2.0, 0.5, ("reproduced", "refuted"), "yes", "refuted"),
        (0.5, 2.0, ("refuted", "reproduced"), "yes", "refuted"),
        (0.5, 0.2, ("refuted", "refuted"), "no", "reproduced"),
        (2.0, 1.0, ("reproduced", "inconclusive"), "open", "inconclusive"),
        (1.0, 2.0, ("inconclusive", "reproduced"), "open", "inconclusive"),
    ],
)
def test_sides_of_a_threshold(ours, theirs, both, change, stay):
    for relation, sides in ((">=", (ours, theirs)), ("<", (2 - ours, 2 - theirs))):
        found = deviation(*sides, relation)
        assert (verdicts(found), changes(found)) == (both, change)
        condition = stays(found)
        assert isinstance(condition, Condition)
        assert condition.verdict == stay
        assert condition.interval == found.theirs
        assert (condition.quantity, condition.text) == ("D1, C1: q of {}; as there", "D1, C1: q of 7; as there")
        low, high = (f"{end:.3g}" for end in found.ours[1:3])
        because = f"our way it is open, between {low} and {high}: {condition.text}"
        assert condition.because == (because if both[0] == "inconclusive" else None)
