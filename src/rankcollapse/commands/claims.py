"""Judge the claims."""

from rankcollapse.claims.judging import judge
from rankcollapse.claims.records import write_claims
from rankcollapse.commands.options import Frames, Output
from rankcollapse.experiments import rooms
from rankcollapse.experiments.given import read_frames
from rankcollapse.experiments.ledger import stated, statements


def claims(frames: Frames, output: Output) -> None:
    """Judge every claim that these frames decide; all others are not run."""
    given = read_frames(frames)
    decided = given.decided()
    found = [claim for name in decided for claim in rooms.module(name, "judge").judge_all(given)]
    for name in set(rooms.names()) - set(decided):
        missing = ", ".join(frame for frame in rooms.needed(name) if frame not in given)
        found += [judge(claim, [], f"frames that were not given: {missing}") for claim in stated(name)]
    order = list(statements())
    write_claims(sorted(found, key=lambda claim: order.index(claim.id)), output)
