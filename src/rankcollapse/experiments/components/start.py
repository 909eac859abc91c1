"""The networks of Figure 5 before training."""

from torch import Tensor

from rankcollapse.convolutional import ConvNet, convnet
from rankcollapse.pretraining import pretrain
from rankcollapse.seeding import generator
from rankcollapse.session import Session


def start(
    architecture: str,
    width: float,
    normalization: str,
    initialization: str,
    images: Tensor,
    classes: int,
    keys: list[tuple],
    *,
    every: int,
    steps: int,
    step_size: float,
    batch_size: int,
    session: Session,
    phase: str,
) -> ConvNet:
    """An ensemble at a random initialization, or after pre-training by rank from He's.

    Args:
        architecture: one of `convolutional.ARCHITECTURES`.
        width: multiplier of its channels.
        normalization: one of `normalization.COMPONENTS`.
        initialization: a law of initial weights, or "pretrained".
        images: `(images, channels, 32, 32)`, on the device of the network.
        classes: of the labels.
        keys: one for each member; the same key is the same weights (in their law) in all variants.
        every: pre-training raises the rank after every so many-th block, one after the other, on one batch.
        steps: gradient steps at each of these blocks.
        step_size: of each step.
        batch_size: images in the batch of pre-training.
        session: where the checkpoints of pre-training go.
        phase: name of the pre-training in the session.
    """
    network = convnet(
        architecture,
        width,
        normalization,
        classes,
        channels=images.shape[1],
        generators=[generator(*key, architecture, "weights") for key in keys],
        device=images.device,
        initialization="he_normal" if initialization == "pretrained" else initialization,
    )
    if initialization == "pretrained":
        pretrain(
            network,
            images,
            objective="ratio",
            targets=list(range(every, network.depth + 1, every)),
            batches=1,
            steps=steps,
            step_size=step_size,
            batch_size=batch_size,
            keys=[(*key, "pre-training") for key in keys],
            session=session,
            phase=phase,
        )
    return network
