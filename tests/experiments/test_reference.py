"""The committed results are those that the committed code makes of the committed frames."""

from functools import cache

import pytest
from support.references import REFERENCE, SCALES, committed_frames, experiments

from rankcollapse.claims.records import read_claims
from rankcollapse.commands.compare import rows
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Derived
from rankcollapse.experiments.given import read_frames
from rankcollapse.experiments.ledger import stated, statements

DERIVED = {
    frame: cell for name in rooms.names() for frame, cell in rooms.frames(name).items() if issubclass(cell, Derived)
}

every_scale = pytest.mark.parametrize("scale", SCALES)


@cache
def frames(scale):
    """All frames of a scale, those that are derived from others too."""
    found = read_frames(committed_frames(scale))
    for frame, cell in DERIVED.items():
        if not {*cell.FROM} <= found.keys():
            continue
        module = rooms.module(frame.partition(".")[0], cell.COMPUTED_BY)
        found[frame] = module.compute(found).to_pandas()
    return found


@every_scale
def test_the_frames_have_the_columns_that_the_cells_declare(scale):
    found = frames(scale)
    assert found.decided() == experiments(scale)
    assert {*found} >= {frame for name in experiments(scale) for frame in rooms.frames(name)}
    for name, frame in found.items():
        assert list(frame.columns) == list(rooms.cell_type(name).columns()), name


@every_scale
def test_every_claim_is_judged_by_exactly_one_experiment_as_it_was(scale):
    found = [claim for name in experiments(scale) for claim in rooms.module(name, "judge").judge_all(frames(scale))]
    assert sorted(claim.id for claim in found) == sorted(
        claim.id for name in experiments(scale) for claim in stated(name)
    )
    before = read_claims(REFERENCE / scale / "claims.json")
    assert [claim.id for claim in before] == [*statements()]
    assert {claim.verdict for claim in before if claim.id not in {each.id for each in found}} <= {"not_run"}
    for claim in found:
        assert statements()[claim.id].model_dump() == {key: getattr(claim, key) for key in dict(statements()[claim.id])}
    judged = [claim for claim in before if claim.id in {each.id for each in found}]
    compared = [row for row in rows(found, judged) if row.quantity]
    assert len(compared) > (40 if experiments(scale) == rooms.names() else 0)
    for row in compared:
        assert row.agreement.agreement == "identical", row.quantity
        assert row.verdicts[0] == row.verdicts[1]
        assert row.run.estimate == pytest.approx(row.reference.estimate, rel=1e-9)
        assert row.run.quantity == row.reference.quantity
