"""The ledger of claims: what the modules `claims` of all experiments state."""

import re
from functools import cache

from rankcollapse.claims.statements import Statement
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms


def stated(experiment: str) -> list[Statement]:
    """The claims that an experiment states, and judges."""
    return [value for value in vars(rooms.module(experiment, "claims")).values() if isinstance(value, Statement)]


@cache
def statements() -> dict[str, Statement]:
    """All claims by identity, those of the paper ("C1") first, "C9s" after "C9".

    Raises:
        UserError: an identity is not a letter and a number, or two claims have it.
    """
    found = [claim for experiment in rooms.names() for claim in stated(experiment)]
    ids = [claim.id for claim in found]
    if wrong := [id for id in ids if not re.fullmatch(r"[A-Z]\d+s?", id)]:
        raise UserError(f"the id of the claim {wrong[0]!r} must be a capital letter and a number, say X1")
    if twice := [id for id in ids if ids.count(id) > 1]:
        raise UserError(f"two claims have the id {twice[0]}; give one of them another, in the claims.py that states it")
    return {
        claim.id: claim
        for claim in sorted(found, key=lambda claim: (claim.id[0], int(claim.id[1:].rstrip("s")), claim.id))
    }
