"""Rank, cosines and scale of the states of one architecture, as the probe measures them."""

import pandas as pd
import pyarrow as pa
import torch
from torch import Tensor, nn

from rankcollapse.experiments.gallery.cells import PARTS, GalleryCell
from rankcollapse.experiments.gallery.networks import build
from rankcollapse.probe.null import seeded
from rankcollapse.probe.rank_probe import RankProbe
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.random_streams import generator

MEASURES = [
    "columns", "units", "numerical_rank", "participation_ratio", "centred_participation_ratio", "mean_cosine", "scale"
]  # fmt: skip
STATES = ("", "[0]")  # the output of a module, or the first of several


def run(cell: GalleryCell, *, device: str) -> pa.Table:
    """One row a seed and state; a state has a column for each image of a batch, or each token of a sequence."""
    rows = []
    for seed in range(cell.seeds):
        frame = _probed(cell, seed, device)
        for step, measured in enumerate(frame[MEASURES].to_dict("records")):
            rows.append({"seed": seed, "step": step, "depth": step / (len(frame) - 1)} | measured)
    return to_table(cell, rows)


def _probed(cell: GalleryCell, seed: int, device: str) -> pd.DataFrame:
    """The states of one network; it is gone afterwards, so that one at a time is in memory."""
    with seeded(generator("gallery", cell.family, cell.variant, seed).initial_seed() % 2**32):
        model, batch, states = _built(cell)
    with RankProbe(model.to(device), states) as probe, torch.no_grad():
        model(batch.to(device))
    frame = probe.frame()
    return frame[frame["output"].isin(STATES)]


def _built(cell: GalleryCell) -> tuple[nn.Module, Tensor, list[str]]:
    """A network, its input, and the names of the modules whose outputs are its states."""
    if cell.family in PARTS:
        network, batch = build(cell)
        return network, batch, [name for name, _ in network.named_children()]
    from rankcollapse.experiments.gallery import others  # transformers takes seconds to import

    return others.build(cell)
