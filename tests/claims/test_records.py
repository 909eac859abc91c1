"""Claims are written and read by one model."""

import json
import math

import pytest

from rankcollapse.claims.judging import condition, judge
from rankcollapse.claims.records import Claim, read_claims, write_claims
from rankcollapse.claims.statements import Statement
from rankcollapse.errors import UserError
from rankcollapse.statistics.intervals import Interval

CLAIM = Statement(id="C1", statement="√d is the rank.", source="Figure 1", figure="trainability", estimator="A mean.")
ENDS = {"decided": (0.5, 1.5), "single run": (-math.inf, math.inf), "one-sided": (0.5, math.inf)}


def judged():
    conditions = [condition(name, Interval(1.0, *ends, 5), "<", 2.0) for name, ends in ENDS.items()]
    claims = [judge(CLAIM, conditions), judge(CLAIM, conditions[:1]), judge(CLAIM, [], "needs deeper networks")]
    return [claim.model_copy(update={"id": f"C{number}"}) for number, claim in enumerate(claims, 1)]


def test_claims_round_trip(tmp_path):
    write_claims(judged(), tmp_path / "claims.json")
    found = read_claims(tmp_path / "claims.json")
    assert found == judged()
    assert [claim.verdict for claim in found] == ["inconclusive", "reproduced", "not_run"]
    assert [each.interval[:3] for each in found[0].conditions] == [(1.0, *ends) for ends in ENDS.values()]
    assert found[0].interval == (1.0, -math.inf, math.inf, 5)  # of the condition that decides
    assert found[2].interval is None


def test_the_file_is_json_for_any_reader_with_all_that_was_stated_and_found(tmp_path):
    write_claims(judged(), tmp_path / "claims.json")
    entry, _, missing = json.loads((tmp_path / "claims.json").read_text())  # no NaN, no infinity
    assert entry.items() >= dict(CLAIM).items()
    shared = {"relation": "<", "threshold": 2.0, "n": 5, "estimate": 1.0, "verdict": "inconclusive"}
    assert entry.items() >= (shared | {"quantity": "single run", "ci_low": None, "ci_high": None}).items()
    assert "another way of measuring, single run" in entry["to_decide"]
    assert [each["ci_high"] for each in entry["conditions"]] == [1.5, None, None]
    assert [each["ci_low"] for each in entry["conditions"]] == [0.5, None, 0.5]
    assert missing.keys() == entry.keys()
    assert (missing["verdict"], missing["estimate"], missing["conditions"]) == ("not_run", None, [])


def test_a_key_of_a_later_version_is_ignored(tmp_path):
    entries = [claim.model_dump() | {"new": 1} for claim in judged()]
    (tmp_path / "claims.json").write_text(json.dumps(entries))
    assert read_claims(tmp_path / "claims.json") == judged()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "proved"}, "not the claims.json"),
        ({"estimate": "large"}, "not the claims.json"),
        ({"conditions": None}, "not the claims.json"),
    ],
)
def test_what_is_no_claim_is_refused(tmp_path, change, message):
    path = tmp_path / "claims.json"
    path.write_text(json.dumps([judged()[1].model_dump() | change]))
    with pytest.raises(UserError, match=message):
        read_claims(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "is damaged"), ("{}", "not the claims.json"), ('[{"id": "C1"}]', "not the claims.json")],
)
def test_a_file_that_is_no_claims_is_named(tmp_path, content, message):
    (tmp_path / "claims.json").write_text(content)
    with pytest.raises(UserError, match=rf"claims\.json.*{message}|claims\.json {message}"):
        read_claims(tmp_path / "claims.json")


def test_records_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        judged()[0].verdict = "reproduced"
    assert isinstance(judged()[0], Claim)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda entries: [], "holds no claim"),
        (lambda entries: [*entries, entries[0]], "holds the claim C1 twice"),
        (lambda entries: [entries[0] | {"estimate": math.nan}], "is not the claims.json of a run of this version"),
        (lambda entries: [entries[0] | {"threshold": math.inf}], "is not the claims.json of a run of this version"),
    ],
)
def test_a_file_that_no_run_writes_is_refused(tmp_path, change, message):
    write_claims(judged()[:1], tmp_path / "claims.json")
    entries = json.loads((tmp_path / "claims.json").read_text())
    (tmp_path / "claims.json").write_text(json.dumps(change(entries)))
    with pytest.raises(UserError, match=message):
        read_claims(tmp_path / "claims.json")


def test_only_the_sign_of_the_point_is_replaced_in_a_quantity():
    found = condition("rank of {x} at {}, {", Interval(1.0, 0.9, 1.1, 5), "<", 2.0, at=3)
    assert found.text == "rank of {x} at 3, {"
