"""Training loss and rank over epochs, for networks made able or unable to train by their initial rank (Figure 6)."""

import pyarrow as pa
import torch
from torch import Tensor

from rankcollapse.errors import UserError
from rankcollapse.experiments.breaking.cells import BreakingCell
from rankcollapse.experiments.mlps import draw_mlps, training_set
from rankcollapse.networks.mlp import MLP, join
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.terms import Initialization
from rankcollapse.training.contest import Member
from rankcollapse.training.data import Data
from rankcollapse.training.pretraining import Lifting, pretrain
from rankcollapse.training.session import Session
from rankcollapse.training.trainer import Plan, train

ONE_SIGNED_BOUND = 0.1  # of the release's uniform law for all parameters (D8)


def run(cell: BreakingCell, *, device: str, session: Session) -> pa.Table:
    """Train MLPs without BN after none, little and much pre-training, or with BN from two initializations.

    Networks without BN start from Glorot's normal weights and zero biases (from PyTorch's default, whose biases drown
    the signal at this depth, these steps of pre-training do not raise the rank). BN networks start from PyTorch's
    default, uniform on `±a`, or from uniform on `[0, 2a]`, which has the same variance.

    Returns:
        One row a network and recorded step.

    Raises:
        UserError: the data set is not in the cache or smaller than a batch, or there are more measurements than steps.
    """
    images, labels = training_set(cell, device)
    steps_an_epoch = len(images) // cell.batch_size
    total = cell.epochs * steps_an_epoch
    if 0 < total < cell.measurements:  # with no step at all the batch is too large: `train` raises for that
        raise UserError(f"measurements={cell.measurements}: the training has {total} steps only")
    if cell.variant == "bn":
        both = {"bn": _start(cell, images, "torch_default")} if cell.one_signed == "weights" else {}
        networks, steps = both | {"one-signed": _one_signed(cell, images)}, {}
    else:
        counts = {"little": cell.little, "much": cell.much}
        steps = {name: count * (cell.layers // cell.every) for name, count in counts.items()}
        lifted = {name: _lifted(cell, images, count, session, name) for name, count in counts.items()}
        networks = {"vanilla": _start(cell, images, "glorot_normal")} | lifted
    members = [Member(name, cell.step_size, seed) for name in networks for seed in range(cell.seeds)]
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=[("breaking.training", member.seed) for member in members],
        measure_at=[total * number // cell.measurements for number in range(cell.measurements + 1)],
        tau=cell.tau,
    )
    trained = train(join(list(networks.values())), Data.shared(images, labels, len(members)), plan, session)
    rows = []
    for row in trained.history:
        name, _, seed = members[row.pop("member")]
        shared = {"pretraining_steps": steps.get(name, 0), "steps_an_epoch": steps_an_epoch}
        rows.append(row | {"variant": name, "seed": seed} | shared)
    return to_table(cell, rows)


def _start(cell: BreakingCell, images: Tensor, initialization: Initialization) -> MLP:
    """Networks at a random initialization, one a seed."""
    keys = [("breaking.training", initialization, seed) for seed in range(cell.seeds)]
    laws = {"initialization": initialization, "activation": cell.activation}
    return draw_mlps(cell, images, cell.layers - 1, keys, **laws)


def _one_signed(cell: BreakingCell, images: Tensor) -> MLP:
    """Networks with weights, or all parameters, of one sign."""
    network = _start(cell, images, "one_signed")
    if cell.one_signed == "all":
        draws = [generator("breaking.training", "all of one sign", seed) for seed in range(cell.seeds)]
        for parameter in network.parameters():
            for values, draw in zip(parameter, draws, strict=True):
                values.copy_(torch.empty(values.shape).uniform_(0, ONE_SIGNED_BOUND, generator=draw))
    return network


def _lifted(cell: BreakingCell, images: Tensor, steps: int, session: Session, name: str) -> MLP:
    """Networks after pre-training with so many gradient steps at each target."""
    network = _start(cell, images, "glorot_normal")
    lifting = Lifting(
        objective="ratio",
        targets=list(range(cell.every, cell.layers + 1, cell.every)),
        batches=1,
        steps=steps,
        step_size=cell.pretraining_step_size,
        batch_size=cell.batch_size,
        keys=[("breaking.training", "pre-training", seed) for seed in range(cell.seeds)],
    )
    pretrain(network, images, lifting, session, f"{name}-pretraining")
    return network
