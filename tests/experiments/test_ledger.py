"""Every claim says where the paper makes it and how it is measured."""

from rankcollapse.experiments import rooms
from rankcollapse.experiments.ledger import statements


def test_the_ledger_says_where_and_how_of_every_claim():
    expected = [*(f"C{number}" for number in range(1, 14)), *(f"E{number}" for number in range(1, 7))]
    expected += [f"F{number}" for number in range(1, 9)]
    assert list(statements()) == expected
    for id, claim in statements().items():
        assert claim.id == id
        assert all(dict(claim).values())
        assert claim.figure in rooms.names()
        assert claim.statement.endswith(".")
        assert claim.estimator.endswith(".")
