"""The networks of Figure 5 before training."""

from torch import Tensor

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.components.cells import NetworkParameters, Variant
from rankcollapse.networks.convolutional import ConvNet, convnet
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.pretraining import Lifting, pretrain
from rankcollapse.training.session import Session


def start(cell: NetworkParameters, variant: Variant, images: Tensor, keys: list[tuple], session: Session) -> ConvNet:
    """An ensemble at a random initialization, or after pre-training by rank from He's.

    Args:
        cell: architecture, width and pre-training.
        variant: normalization and initialization.
        images: `(images, channels, 32, 32)`, on the device of the network.
        keys: one for each member; the same key is the same weights (in their law) in all variants.
        session: where the checkpoints of pre-training go.

    Raises:
        UserError: the images are fewer than the batch of pre-training.
    """
    lifted = variant.initialization == "pretrained"
    network = convnet(
        cell.architecture,
        cell.width,
        variant.normalization,
        find(cell.dataset).classes,
        channels=images.shape[1],
        generators=[generator(*key, cell.architecture, "weights") for key in keys],
        device=images.device,
        initialization="he_normal" if lifted else variant.initialization,
    )
    if lifted:
        lifting = Lifting(
            objective="ratio",
            targets=list(range(cell.pretraining_every, network.depth + 1, cell.pretraining_every)),
            batches=1,
            steps=cell.pretraining_steps,
            step_size=cell.pretraining_step_size,
            batch_size=cell.probe_size,
            keys=[(*key, "pre-training") for key in keys],
        )
        pretrain(network, images, lifting, session)
    return network
