"""The table of verdicts on any terminal."""

import json

import pytest
from support.cli import rankcollapse
from support.paths import ROOT


@pytest.mark.parametrize("verdict", ["reproduced", "inconclusive", "not_run", "refuted"])
def test_verify_prints_any_verdict(tmp_path, verdict):
    claim = dict.fromkeys(("statement", "source", "figure", "estimator"), "as it is stated")
    claim |= {"id": "C1", "quantity": "rank over √width", "estimate": 1.0, "ci_low": 0.9, "ci_high": 1.1}
    claim |= {"verdict": verdict, "relation": "<", "threshold": 2.0, "n": 5}
    claim |= {"conditions": [dict(claim)], "to_decide": None}
    (tmp_path / "claims.json").write_text(json.dumps([claim]))
    for encoding in ("utf-8", "ascii"):  # a terminal that has no box drawings, and no square root
        done = rankcollapse("verify", tmp_path / "claims.json", PYTHONIOENCODING=encoding)
        assert done.returncode == 0
        assert verdict in done.stdout


def test_what_looks_like_a_colour_is_text(tmp_path):
    """Brackets in a claim, or in the name of a folder, are shown and decide nothing."""
    claims = json.loads((ROOT / "results/reference/laptop/claims.json").read_text())[:2]
    for claim, text in zip(claims, ("[red]rank[/blue]", "[/] {x"), strict=True):
        claim["conditions"][0]["quantity"] = claim["to_decide"] = text
    folder = tmp_path / "[b] runs"
    folder.mkdir()
    (folder / "claims.json").write_text(json.dumps(claims))
    for command in (["verify"], ["compare", folder / "claims.json"]):
        done = rankcollapse(*command, folder / "claims.json")
        assert done.returncode == 0, done.stderr
        assert "[red]rank[/blue]" in done.stdout
        assert "[/] {x" in done.stdout
