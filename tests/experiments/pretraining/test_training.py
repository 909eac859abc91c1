"""The cells of Figure 4."""

import pandas as pd
import pytest
from support.data import DATA

from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.experiments.pretraining import figure as pretraining_figure
from rankcollapse.experiments.pretraining import numbers as pretraining_numbers
from rankcollapse.experiments.pretraining import training as pretraining
from rankcollapse.experiments.pretraining.cells import PretrainingCell
from rankcollapse.training.session import Session

pytestmark = pytest.mark.usefixtures("embedded_data")


def pretrained(variant="vanilla", **changes):
    settings = {"depth": 3, "dataset": DATA, "width": 8, "batch_size": 1000, "epochs": 2, "step_sizes": [0.1, 0.5]}
    settings |= {"seeds": 2, "pretraining_batches": 2, "pretraining_steps": 3, "tau": 0.1}
    settings |= {"pretraining_step_size": 0.1}
    cell = PretrainingCell(variant=variant, **(settings | changes))
    return pretraining.run(cell, device="cpu", session=Session()).to_pandas()


def test_pretrained_networks_start_from_the_weights_of_the_vanilla_ones():
    frame = pretrained(pretraining_step_size=1e-30)
    vanilla, lifted = (frame[frame["variant"] == name] for name in ("vanilla", "pretrained"))
    measured = ["phase", "step_size", "seed", "step", "loss", "participation_ratio", "final_loss", "final_accuracy"]
    pd.testing.assert_frame_equal(vanilla[measured].reset_index(drop=True), lifted[measured].reset_index(drop=True))
    assert set(vanilla["pretraining_steps"]) == {0}
    assert set(lifted["pretraining_steps"]) == {6}


def test_every_variant_has_the_same_grid_and_the_history_of_every_epoch():
    frame = pd.concat([pretrained("vanilla"), pretrained("bn")])
    for _, rows in frame.groupby("variant"):
        assert set(rows["step_size"]) == {0.1, 0.5}
        assert rows.groupby("seed")["step_size"].unique().str.len().eq(2).all()
        assert sorted(set(rows.loc[rows["phase"] == "final", "step"])) == [0, 12, 24]
    assert frame["final_accuracy"].notna().equals(frame["step"] == 24)
    assert set(frame.loc[frame["phase"] == "search", "step"]) == {12}
    for module in (pretraining_figure, pretraining_numbers):
        assert (module.draw if module is pretraining_figure else module.numbers)({"pretraining.training": frame})


def test_raw_pixels_are_those_of_the_data_set_times_255(monkeypatch):
    raw = pretrained("vanilla", pixels="raw", step_sizes=[1e-4])
    images, labels = load_training_set(DATA)
    monkeypatch.setattr(pretraining, "training_set", lambda *given: (images * 255, labels))
    by_hand = pretrained("vanilla", step_sizes=[1e-4])
    assert (set(raw["pixels"]), set(by_hand["pixels"])) == ({"raw"}, {"scaled"})
    pd.testing.assert_frame_equal(raw.drop(columns="pixels"), by_hand.drop(columns="pixels"), check_exact=True)


def test_a_batch_larger_than_the_data_set():
    with pytest.raises(UserError, match="batch_size=12001"):
        pretrained(batch_size=12001)
