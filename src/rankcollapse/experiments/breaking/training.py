"""Training loss and rank over epochs, for networks made able or unable to train by their initial rank (Figure 6)."""

from typing import Literal

import pyarrow as pa
import torch

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.frames import to_table
from rankcollapse.networks import MLP, join, mlp
from rankcollapse.parameters import BatchSize, Count, StepSize, Tau, Variant
from rankcollapse.pretraining import pretrain
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.training import HISTORY, Data, train

COLUMNS = {
    "dataset": "data set of the catalogue",
    "width": "units of every hidden layer",
    "layers": "hidden layers",
    "batch_size": "samples in a batch",
    "step_size": "step size of SGD",
    "variant": "vanilla, little, much (vanilla after so much pre-training), bn, one-signed (bn, weights of one sign)",
    "activation": "relu or tanh",
    "one_signed": "what one-signed networks have of one sign: weights (U[0, 2a]), or all (U[0, 0.1], BN's too)",
    "seed": "number of the network; variants without BN start from the same weights; data orders are the same in all",
    "pretraining_steps": "gradient steps of pre-training before the first step of training",
    "steps_an_epoch": "gradient steps in an epoch",
    **HISTORY,
}
ONE_SIGNED_BOUND = 0.1  # of the release's uniform law for all parameters (D8)


def run(
    *,
    variant: Variant,
    dataset: str,
    width: Count,
    layers: Count,
    batch_size: BatchSize,
    epochs: Count,
    step_size: StepSize,
    seeds: Count,
    every: Count,
    little: Count,
    much: Count,
    pretraining_step_size: StepSize,
    measurements: Count,
    tau: Tau,
    device: str,
    session: Session,
    activation: Literal["relu", "tanh"] = "relu",
    one_signed: Literal["weights", "all"] = "weights",
) -> pa.Table:
    """Train MLPs without BN after none, little and much pre-training, or with BN from two initializations.

    Networks without BN start from Glorot's normal weights and zero biases (from PyTorch's default, whose biases drown
    the signal at this depth, these steps of pre-training do not raise the rank). BN networks start from PyTorch's
    default, uniform on `±a`, or from uniform on `[0, 2a]`, which has the same variance.

    Args:
        variant: "bn" for the networks with BN, "vanilla" for those without.
        dataset: data set to train on, pixels in [0, 1].
        width: units of every hidden layer.
        layers: hidden layers.
        batch_size: images in a batch.
        epochs: passes over the training set.
        step_size: of SGD.
        seeds: networks of each variant.
        every: pre-training raises the rank of every so many-th hidden layer, one after the other, on one batch.
        little: gradient steps at each of these layers.
        much: gradient steps at each of these layers.
        pretraining_step_size: of a step of pre-training.
        measurements: times at which a row is recorded, and once before the first step.
        tau: threshold of the soft rank.
        device: torch device.
        session: where checkpoints go.
        activation: "relu", or "tanh" as in the BN networks of the release (D8).
        one_signed: what of the one-signed networks is of one sign: "weights", or "all" parameters as in the release,
            uniform on [0, 0.1], gains and shifts of BN included (D8). With "all" only these are trained: those with
            both signs are the same as with "weights".

    Returns:
        One row a network and recorded step, see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache or smaller than a batch, or there are more measurements than steps.
    """
    images, labels = load_training_set(dataset)
    images, labels = images.to(device), labels.to(device)
    if len(images) < batch_size:
        raise UserError(f"batch_size={batch_size}: {dataset} has {len(images)} training images only")
    steps_an_epoch = len(images) // batch_size
    total = epochs * steps_an_epoch
    if total < measurements:
        raise UserError(f"measurements={measurements}: the training has {total} steps only")
    targets = list(range(every, layers + 1, every))

    def start(initialization: str) -> MLP:
        key = ("breaking.training", initialization)
        return mlp(
            images[0].numel(),
            width,
            layers - 1,
            find(dataset).classes,
            normalized=variant == "bn",
            generators=[generator(*key, seed) for seed in range(seeds)],
            device=device,
            initialization=initialization,
            activation=activation,
        )

    def broken() -> MLP:
        network = start("one_signed")
        if one_signed == "all":
            draws = [generator("breaking.training", "all of one sign", seed) for seed in range(seeds)]
            for parameter in network.parameters():
                for values, draw in zip(parameter, draws, strict=True):
                    values.copy_(torch.empty(values.shape).uniform_(0, ONE_SIGNED_BOUND, generator=draw))
        return network

    def lifted(name: str, steps: int) -> MLP:
        network = start("glorot_normal")
        pretrain(
            network,
            images,
            objective="ratio",
            targets=targets,
            batches=1,
            steps=steps,
            step_size=pretraining_step_size,
            batch_size=batch_size,
            keys=[("breaking.training", "pre-training", seed) for seed in range(seeds)],
            session=session,
            phase=f"{name}-pretraining",
        )
        return network

    if variant == "bn":
        networks = ({"bn": start("torch_default")} if one_signed == "weights" else {}) | {"one-signed": broken()}
        steps = dict.fromkeys(networks, 0)
    else:
        networks = {
            "vanilla": start("glorot_normal"),
            "little": lifted("little", little),
            "much": lifted("much", much),
        }
        steps = {"vanilla": 0, "little": little * len(targets), "much": much * len(targets)}
    members = [(name, seed) for name in networks for seed in range(seeds)]
    history = train(
        join(list(networks.values())),
        Data.shared(images, labels, len(members)),
        step_sizes=[step_size] * len(members),
        batch_size=batch_size,
        epochs=epochs,
        keys=[("breaking.training", seed) for _, seed in members],
        measure_at=[total * number // measurements for number in range(measurements + 1)],
        tau=tau,
        session=session,
    )
    rows = []
    for row in history:
        name, seed = members[row.pop("member")]
        rows.append(
            {
                "dataset": dataset,
                "width": width,
                "layers": layers,
                "batch_size": batch_size,
                "step_size": step_size,
                "variant": name,
                "activation": activation,
                "one_signed": one_signed,
                "seed": seed,
                "pretraining_steps": steps[name],
                "steps_an_epoch": steps_an_epoch,
                **row,
            }
        )
    return to_table(rows, COLUMNS)
