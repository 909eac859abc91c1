"""The table of verdicts on any terminal."""

import json

import pytest
from support.cli import rankcollapse


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
