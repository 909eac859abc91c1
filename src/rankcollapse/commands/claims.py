"""Judge the claims."""

from rankcollapse.claims.records import write_claims
from rankcollapse.commands.options import Frames, Output
from rankcollapse.experiments import rooms
from rankcollapse.experiments.given import read_frames
from rankcollapse.experiments.ledger import statements


def claims(frames: Frames, output: Output) -> None:
    """Judge every claim that these frames decide."""
    given = read_frames(frames)
    found = [claim for name in given.decided() for claim in rooms.module(name, "judge").judge_all(given)]
    order = list(statements())
    write_claims(sorted(found, key=lambda claim: order.index(claim.id)), output)
