"""What the catalogue says of every data set."""

import pytest

from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.datasets.fetch import fetch
from rankcollapse.errors import UserError


def test_a_data_set_without_a_source_says_what_to_name(cache):
    with pytest.raises(UserError, match=r"no public source(?s:.)*cifar10-jpeg.tar.xz(?s:.)*--from PATH"):
        fetch("cifar-10-jpeg")


def test_every_data_set_says_what_it_is():
    for name, entry in catalogue().items():
        assert entry.licence, name
        assert entry.sources or entry.archive, name
        for source in entry.sources:
            assert len(source.model_dump(exclude_none=True)) == 1


def test_the_paper_says_ten_classes():
    assert {entry.classes for entry in catalogue().values()} == {10}  # thresholds and chance level are about ten
