"""The ledger of claims: what the modules `claims` of all experiments state."""

from functools import cache

from rankcollapse.claims.statements import Statement
from rankcollapse.experiments import rooms


@cache
def statements() -> dict[str, Statement]:
    """All claims by identity, those of the paper ("C1") first, "C9s" after "C9"."""
    modules = [rooms.module(experiment, "claims") for experiment in rooms.names()]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Statement)]
    return {
        claim.id: claim
        for claim in sorted(found, key=lambda claim: (claim.id[0], int(claim.id[1:].rstrip("s")), claim.id))
    }
