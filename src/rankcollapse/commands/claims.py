"""Judge the claims."""

from rankcollapse.claims.judging import judge
from rankcollapse.claims.records import write_claims
from rankcollapse.commands.options import Frames, Output
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.given import read_frames
from rankcollapse.experiments.ledger import stated, statements


def claims(frames: Frames, output: Output) -> None:
    """Judge every claim of the experiments that these frames are of; all others are not run.

    Of an experiment give all frames or none.
    """
    given = read_frames(frames)
    decided = given.decided()
    found = []
    for name in decided:
        judged, ids = rooms.module(name, "judge").judge_all(given), sorted(claim.id for claim in stated(name))
        if sorted(claim.id for claim in judged) != ids:
            raise UserError(f"judge_all of {name} must return the claims {', '.join(ids)}, each once")
        found += judged
    for name in set(rooms.names()) - set(decided):
        missing = ", ".join(frame for frame in rooms.needed(name) if frame not in given)
        found += [judge(claim, [], f"frames that were not given: {missing}") for claim in stated(name)]
    order = list(statements())
    write_claims(sorted(found, key=lambda claim: order.index(claim.id)), output)
