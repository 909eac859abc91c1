"""Every claim says where the paper makes it and how it is measured."""

import pytest

from rankcollapse.errors import UserError
from rankcollapse.experiments import ledger, rooms
from rankcollapse.experiments.ledger import statements


def test_the_ledger_says_where_and_how_of_every_claim():
    expected = [f"{kind}{number}" for kind, most in (("C", 13), ("E", 11), ("F", 8)) for number in range(1, most + 1)]
    for of_the_paper in ("C9", "C11"):  # "s" is for the same scale
        expected.insert(expected.index(of_the_paper) + 1, f"{of_the_paper}s")
    assert list(statements()) == expected
    for id, claim in statements().items():
        assert claim.id == id
        assert all(dict(claim).values())
        assert claim.figure in rooms.names()
        assert claim.statement.endswith(".")
        assert claim.estimator.endswith(".")


@pytest.mark.parametrize(
    ("id", "told"), [("My1", "the id of the claim 'My1' must be"), ("C8", "two claims have the id C8")]
)
def test_an_id_that_cannot_be_is_told(monkeypatch, id, told):
    claim = statements()["C7"].model_copy(update={"id": id})
    of_others = ledger.stated
    monkeypatch.setattr(ledger, "stated", lambda name: [claim] if name == "escape" else of_others(name))
    with pytest.raises(UserError, match=told):
        statements.__wrapped__()
