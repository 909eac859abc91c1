"""Rank after every block of convolutional networks at initialization (Figure 5)."""

import pyarrow as pa
import torch

from rankcollapse.convolutional import fitted
from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.experiments.components.start import start
from rankcollapse.frames import to_table
from rankcollapse.parameters import Architecture, BatchSize, Count, Multiplier, Normalizations, Starts, StepSize
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.spectra import measures, rescaled

COLUMNS = {
    "dataset": "data set of the catalogue; images of 28×28 are padded to 32×32",
    "probe_size": "samples N in the batch on which the rank is measured",
    "architecture": "network",
    "width": "multiplier of its channels",
    "normalization": "what stands before every ReLU: none, center, scale, full (BN), layer, group; or weight",
    "initialization": "law of the weights; pretrained: after pre-training by rank from he_normal",
    "seed": "number of the random network; the same seed is the same weights (in their law) for all normalizations",
    "block": "blocks before the measured state, counted from 1",
    "blocks": "blocks of the network",
    "features": "numbers d in the state of an image: channels × height × width",
    "numerical_rank": "singular values of the state (d, N) above σ_max·max(d, N)·eps, float32; missing if not finite",
    "participation_ratio": "(Tr M)² / ‖M‖_F² of the state (d, N); missing if not finite",
}


def run(
    *,
    architecture: Architecture,
    width: Multiplier,
    dataset: str,
    probe_size: BatchSize,
    seeds: Count,
    normalizations: Normalizations,
    initializations: Starts,
    pretraining_every: Count,
    pretraining_steps: Count,
    pretraining_step_size: StepSize,
    device: str,
    session: Session,
) -> pa.Table:
    """Rank measures of the states of convolutional networks, one row a channel and position.

    Args:
        architecture: VGG or residual network.
        width: multiplier of the channels.
        dataset: data set whose training images, in [0, 1], are the input.
        probe_size: images `N` in a batch.
        seeds: random networks, each with a random batch; they are the first that the training of Figure 5 trains.
        normalizations: variants; each with every initialization.
        initializations: laws of the weights; "pretrained" for VGG with normalization "none" only.
        pretraining_every: pre-training raises the rank after every so many-th block.
        pretraining_steps: gradient steps at each.
        pretraining_step_size: of each step.
        device: torch device.
        session: where checkpoints of pre-training go.

    Returns:
        One row a variant, seed and block, see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache, smaller than a batch, or its images have another size.
    """
    images, _ = load_training_set(dataset)
    images = fitted(images, dataset).to(device)
    if probe_size > len(images):
        raise UserError(f"probe_size={probe_size}: {dataset} has {len(images)} training images only")
    keys = [("components", "final", seed) for seed in range(seeds)]
    draws = [generator(*key, "probe") for key in keys]
    X = images[torch.stack([torch.randperm(len(images), generator=draw)[:probe_size] for draw in draws]).to(device)]
    rows = []
    for normalization in normalizations:
        for initialization in initializations:
            if initialization == "pretrained" and (normalization != "none" or not architecture.startswith("vgg")):
                continue  # the remedy of plain networks
            network = start(
                architecture,
                width,
                normalization,
                initialization,
                images,
                find(dataset).classes,
                keys,
                every=pretraining_every,
                steps=pretraining_steps,
                step_size=pretraining_step_size,
                batch_size=probe_size,
                session=session,
                phase="pretraining",
            )
            with torch.no_grad():
                for block, H in enumerate(network.hidden_states(X), start=1):
                    finite = H.isfinite().flatten(1).all(1).tolist()
                    measured = measures(rescaled(torch.nan_to_num(H, 0, 0, 0)))
                    rows += [
                        {
                            "dataset": dataset,
                            "probe_size": probe_size,
                            "architecture": architecture,
                            "width": width,
                            "normalization": normalization,
                            "initialization": initialization,
                            "seed": seed,
                            "block": block,
                            "blocks": network.depth,
                            "features": H.shape[1],
                            **{
                                name: measured[name, None][seed].item() if finite[seed] else None
                                for name in ("numerical_rank", "participation_ratio")
                            },
                        }
                        for seed in range(seeds)
                    ]
    return to_table(rows, COLUMNS)
