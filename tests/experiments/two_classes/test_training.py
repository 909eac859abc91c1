"""The cells of networks on two classes."""

import pandas as pd
import pytest
from support.data import DATA

from rankcollapse.errors import UserError
from rankcollapse.experiments.two_classes.cells import PairsCell
from rankcollapse.experiments.two_classes.figure import draw
from rankcollapse.experiments.two_classes.numbers import numbers
from rankcollapse.experiments.two_classes.training import run
from rankcollapse.training.session import Session

pytestmark = pytest.mark.usefixtures("embedded_data")


def paired(**changes):
    settings = {"variant": "bn", "depth": 0, "dataset": DATA, "width": 8, "batch_size": 400, "epochs": 1, "seeds": 3}
    settings |= {"step_sizes": [0.1]}
    return run(PairsCell(**(settings | changes)), device="cpu", session=Session()).to_pandas()


def test_pairs_are_a_random_sample_that_grows_by_its_end():
    few, many = paired(), paired(seeds=100)
    final = many[many["phase"] == "final"]
    assert len(final) == len(set(zip(final["first"], final["second"], strict=True))) == 45
    of_few = few.loc[few["phase"] == "final", ["first", "second"]]
    assert (final[["first", "second"]].to_numpy()[:3] == of_few.to_numpy()).all()
    assert (final["first"] < final["second"]).all()
    assert final["final_accuracy"].mean() > 0.7  # two classes, not ten
    both = pd.concat([many, paired(variant="vanilla")])
    assert draw({"two_classes.training": both})
    assert numbers({"two_classes.training": both})["two_classes.count"] == "45"


def test_two_classes_that_are_too_few():
    with pytest.raises(UserError, match="two classes of fashion-mnist-mini have 2400 images only"):
        paired(batch_size=2401)
