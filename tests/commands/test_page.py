"""The page of verdicts: everything of claims.json is on it, and nothing in it is taken for HTML."""

from html.parser import HTMLParser

from rankcollapse.claims.judging import condition, judge
from rankcollapse.claims.records import write_claims
from rankcollapse.commands.page import page
from rankcollapse.experiments.ledger import statements
from rankcollapse.statistics.intervals import Interval


class Text(HTMLParser):
    """The text of a page, and a check that its tags are closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_every_claim_and_condition_is_on_the_page(tmp_path):
    wide = condition("rank <b>of & all", Interval(2.5, 1.5, 3.5, 5), "<", 3.0)
    claims = [judge(statements()["C1"], [wide]), judge(statements()["E6"], [], "needs deeper networks")]
    write_claims(claims, tmp_path / "claims.json")
    page(tmp_path / "claims.json", tmp_path / "verdicts.html")
    text = (tmp_path / "verdicts.html").read_text()
    parser = Text()
    parser.feed(text)
    assert parser.open == []
    for claim in claims:
        for key in ("id", "statement", "source", "figure", "estimator", "to_decide"):
            assert getattr(claim, key) in parser.text
    for found in ("rank <b>of & all", "1.5 to 3.5", "< 3", "inconclusive", "not run", "1 inconclusive, 1 not run"):
        assert found in parser.text
    assert "http" not in text  # self-contained
