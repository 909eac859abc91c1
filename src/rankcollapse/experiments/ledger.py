"""The ledger of claims: what the modules `claims` of all experiments state."""

from functools import cache

from rankcollapse.claims.statements import Statement
from rankcollapse.experiments import rooms


def stated(experiment: str) -> list[Statement]:
    """The claims that an experiment states, and judges."""
    return [value for value in vars(rooms.module(experiment, "claims")).values() if isinstance(value, Statement)]


@cache
def statements() -> dict[str, Statement]:
    """All claims by identity, those of the paper ("C1") first, "C9s" after "C9"."""
    found = [claim for experiment in rooms.names() for claim in stated(experiment)]
    return {
        claim.id: claim
        for claim in sorted(found, key=lambda claim: (claim.id[0], int(claim.id[1:].rstrip("s")), claim.id))
    }
