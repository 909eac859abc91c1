"""The page of verdicts: everything of claims.json is on it, and nothing in it is taken for HTML."""

import json
from html.parser import HTMLParser

from rankcollapse.claims import Condition, judge
from rankcollapse.intervals import Interval
from rankcollapse.page import write_page


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
    wide = Condition("rank <b>of & all", Interval(2.5, 1.5, 3.5, 5), "<", 3.0)
    claims = [judge("C1", [wide]), judge("E6", [], "needs deeper networks")]
    (tmp_path / "claims.json").write_text(json.dumps(claims))
    write_page(tmp_path / "claims.json", tmp_path / "verdicts.html")
    page = (tmp_path / "verdicts.html").read_text()
    parser = Text()
    parser.feed(page)
    assert parser.open == []
    for claim in claims:
        for key in ("id", "statement", "source", "estimator", "to_decide"):
            assert claim[key] in parser.text
    for text in ("rank <b>of & all", "1.5 to 3.5", "< 3", "inconclusive", "not run", "1 inconclusive, 1 not run"):
        assert text in parser.text
    assert "http" not in page  # self-contained
