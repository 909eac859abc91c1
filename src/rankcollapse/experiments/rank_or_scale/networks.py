"""The networks of the experiment: their kinds, and the setting of rank and scale one without the other."""

import math

import torch
from torch import Tensor

from rankcollapse.experiments.mlps import draw_mlps
from rankcollapse.experiments.rank_or_scale.cells import Network, OfNetwork, TrainingCell
from rankcollapse.networks.mlp import MLP
from rankcollapse.networks.rescaling import rescale, scales
from rankcollapse.theory.spectra import measures, rescaled
from rankcollapse.training.data import random_batches
from rankcollapse.training.pretraining import Lifting, pretrain
from rankcollapse.training.session import Session

KINDS: dict[Network, dict[str, object]] = {
    "default": {"initialization": "torch_default"},
    "without_biases": {"initialization": "torch_weights"},
    "glorot": {"initialization": "glorot_normal"},
    "he": {"initialization": "he_normal"},
    "he_with_biases": {"initialization": "he_with_biases"},
    "orthogonal": {"initialization": "orthogonal"},
    "layer_norm": {"initialization": "he_normal", "wiring": "layer_norm"},
    "residual": {"initialization": "he_normal", "wiring": "residual"},
    "bn": {"initialization": "torch_default"},
}


def draw(cell: OfNetwork, images: Tensor, depth: int, keys: list[tuple]) -> MLP:
    """Networks as drawn, one for each key of the random stream of its weights."""
    return draw_mlps(cell, images, depth, keys, **KINDS[cell.network])


def starts(cell: TrainingCell, images: Tensor, keys: list[tuple], session: Session) -> dict[tuple[str, str], MLP]:
    """The networks before training, by what was done to their rank and to their scale.

    Each has one member a key. Rank is raised from states of mean square one, and they are given mean square one again.
    With `scale` drawn, every state is then given the scale that it had in the network as drawn.

    Args:
        cell: kind, depth, factors, and how rank is raised.
        images: `(images, ...)`, on the device of the networks.
        keys: of the random streams, one for each member.
        session: where the checkpoints of pre-training go.
    """
    drawn = draw(cell, images, cell.depth, [(*key, "weights") for key in keys])
    if cell.factors == "none":
        return {("drawn", "drawn"): drawn}
    batch = images[random_batches([(*key, "rescaling") for key in keys], len(images), cell.batch_size)]
    held = _copy(drawn)
    rescale(held, batch)
    found = {("drawn", "drawn"): drawn, ("drawn", "held"): held}
    if cell.factors == "rank_and_scale":
        as_drawn = scales(drawn, batch)
        for name in ("last", "layerwise"):
            found[name, "held"] = raised = _copy(held)
            pretrain(raised, images, _lifting(cell, name, keys), session, f"{name}-pretraining")
            rescale(raised, batch)
            found[name, "drawn"] = _copy(raised)
            rescale(found[name, "drawn"], batch, as_drawn)
    return found


def _copy(network: MLP) -> MLP:
    return network.select(list(range(network.members)))


def _lifting(cell: TrainingCell, name: str, keys: list[tuple]) -> Lifting:
    """How the rank is raised: of the last hidden state (Figure 4), or layer-wise (Figure 6)."""
    hidden = cell.depth + 1
    last = name == "last"
    every = min(cell.layerwise_every, hidden)
    return Lifting(
        objective="norm" if last else "ratio",
        targets=[hidden] if last else list(range(every, hidden + 1, every)),
        batches=cell.lifting_batches if last else 1,
        steps=cell.lifting_steps if last else cell.layerwise_steps,
        step_size=cell.lifting_step_size if last else cell.layerwise_step_size,
        batch_size=cell.batch_size,
        keys=[(*key, name) for key in keys],
    )


def measured(H: Tensor) -> dict[str, Tensor]:
    """Rank and scale of states `(E, d, N)`, one number for each member; see `cells.BEFORE`."""
    scaled, scale = rescaled(H), H.double().square().mean((1, 2)).sqrt()
    found, centred = (measures(each) for each in (scaled, rescaled(scaled - scaled.mean(-1, keepdim=True))))
    ranks = {
        "numerical_rank": found["numerical_rank", None],
        "participation_ratio": found["participation_ratio", None],
        "centred_participation_ratio": centred["participation_ratio", None],
    }
    underflows = scale < torch.finfo(H.dtype).tiny
    ranks = {name: torch.where(underflows, math.nan, values.double()) for name, values in ranks.items()}
    return ranks | {"mean_square_root": scale}
