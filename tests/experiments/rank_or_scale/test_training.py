"""The cells of the experiment that sets rank and scale apart."""

import pandas as pd
import pytest
import torch
from support.data import DATA
from support.settings import values

from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.experiments.rank_or_scale import figure, states, training
from rankcollapse.experiments.rank_or_scale.cells import StatesCell, TrainingCell
from rankcollapse.experiments.rank_or_scale.networks import starts
from rankcollapse.report.style import save
from rankcollapse.theory.spectra import participation_ratio, rescaled
from rankcollapse.training.session import Session

pytestmark = pytest.mark.usefixtures("embedded_data")

SETTINGS = {"dataset": DATA, "width": 16, "batch_size": 1000, "epochs": 1, "step_sizes": [0.1, 0.3], "seeds": 3}
SETTINGS |= {"lifting_batches": 2, "lifting_steps": 10, "lifting_step_size": 0.02}
SETTINGS |= {"layerwise_every": 2, "layerwise_steps": 5, "layerwise_step_size": 0.02, "depth": 6}
ALL = "rank_and_scale"


def cell(network="glorot", factors=ALL, **changes):
    return TrainingCell(network=network, factors=factors, **(SETTINGS | changes))


def trained(*given, **changes):
    return training.run(cell(*given, **changes), device="cpu", session=Session()).to_pandas()


def test_rank_and_scale_are_set_one_without_the_other():
    images, _ = load_training_set(DATA)
    networks = starts(cell(), images, [("test", seed) for seed in range(3)], Session())
    batch = images[:200].expand(3, -1, *images.shape[1:])
    with torch.no_grad():
        found = {variant: list(network.hidden_states(batch)) for variant, network in networks.items()}
    ratio = {variant: participation_ratio(rescaled(H[-1])) for variant, H in found.items()}
    scale = {variant: torch.stack([H.square().mean((1, 2)).sqrt() for H in each]) for variant, each in found.items()}
    for rank in ("drawn", "last", "layerwise"):
        torch.testing.assert_close(ratio[rank, "drawn"], ratio[rank, "held"], rtol=1e-3, atol=0)
        # set on another batch than this one
        torch.testing.assert_close(scale[rank, "held"], torch.ones_like(scale[rank, "held"]), rtol=0.15, atol=0)
        torch.testing.assert_close(scale[rank, "drawn"], scale["drawn", "drawn"], rtol=0.15, atol=0)
        assert (ratio[rank, "held"] > 1.1 * ratio["drawn", "held"]).all() or rank == "drawn"


def test_what_is_trained_and_measured():
    frame = trained()
    variants = frame[["rank", "scale"]].drop_duplicates().itertuples(index=False, name=None)
    assert {*variants} == {(rank, scale) for rank in ("drawn", "last", "layerwise") for scale in ("drawn", "held")}
    assert frame[frame["phase"] == "final"].groupby(["rank", "scale"])["seed"].nunique().eq(3).all()
    assert frame["final_accuracy"].notna().equals(frame["phase"] == "final")
    before = frame.groupby(["rank", "scale", "seed"])["participation_ratio"].nunique()
    assert (before == 1).all()  # before training: the same at every step size
    pd.testing.assert_frame_equal(frame, trained())


@pytest.mark.parametrize(("network", "factors", "variants"), [("residual", "none", 1), ("default", "scale", 2)])
def test_fewer_factors(network, factors, variants):
    frame = trained(network, factors)
    assert len(frame[["rank", "scale"]].drop_duplicates()) == variants
    assert set(frame["network"]) == {network}


def test_states_are_those_of_every_kind_and_the_figure_is_drawn(tmp_path):
    shared = {"dataset": DATA, "width": 16, "batch_size": 32, "depths": [0, 4, 16], "seeds": 3}
    kinds = ("default", "he", "layer_norm", "bn")
    tables = [states.run(StatesCell(network=kind, **shared), device="cpu").to_pandas() for kind in kinds]
    found = pd.concat(tables)
    default = found[(found["network"] == "default") & (found["depth"] == 16)]
    assert default["predicted_rank"].tolist() == default["numerical_rank"].tolist() == [1, 1, 1]
    assert found.loc[found["network"] == "bn", "predicted_rank"].isna().all()
    he = found[found["network"] == "he"].groupby("depth")["mean_square_root"].mean()
    assert he[16] > 0.05  # the scale stays; the default's falls to that of its biases, 1/√(5 d)
    assert default["mean_square_root"].mean() == pytest.approx((5 * 16) ** -0.5, rel=0.3)
    frames = {"rank_or_scale.states": found, "rank_or_scale.training": trained()}
    for path in (tmp_path / "first.png", tmp_path / "second.png"):
        save(figure.draw(frames), path, {})
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()  # no random jitter


def test_a_shallow_default_network_learns_where_step_sizes_are_dropped_late():
    """Its loss stands still at first, at any step size; so the largest step was dropped while all looked alike."""
    laptop = values("laptop")["rank_or_scale"]
    protocol = {name: laptop[name] for name in ("width", "batch_size", "epochs", "step_sizes")}
    final = trained("default", "none", **protocol, depth=4).query("phase == 'final'")
    assert final["final_accuracy"].min() > 0.3


def test_networks_with_and_without_biases_start_from_the_same_weights():
    images, _ = load_training_set(DATA)
    keys = [("test", seed) for seed in range(3)]
    pair = [
        starts(cell(kind, "none"), images, keys, Session())["drawn", "drawn"] for kind in ("default", "without_biases")
    ]
    assert all(map(torch.equal, *(network.weights(7) for network in pair)))
    assert pair[1].layers[0].bias.abs().max() == 0


def test_a_batch_larger_than_the_data_set():
    with pytest.raises(UserError, match="12000 samples only"):
        trained(batch_size=12001)
