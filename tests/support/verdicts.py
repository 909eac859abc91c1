"""Verdicts by claim, and the spread of made-up runs."""

JITTER = (-0.01, -0.005, 0.0, 0.005, 0.01)


def verdicts(claims):
    """The verdict of each claim, by its identity, in the order of the claims."""
    return {claim.id: claim.verdict for claim in claims}
