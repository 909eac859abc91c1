"""The words that settings and functions take, each list in one place; light, so that settings need no torch."""

from typing import Literal, get_args

Activation = Literal["identity", "relu", "tanh"]
SymmetricLaw = Literal["gaussian", "uniform"]
WeightLaw = Literal[SymmetricLaw, "one_signed", "xavier", "orthogonal"]
BatchNormalization = Literal["none", "scale", "center", "full"]  # the components of BN, or all of it
Normalization = Literal[BatchNormalization, "layer", "group", "weight"]  # of convolutional networks
Initialization = Literal[
    "torch_default", "one_signed", "glorot_normal", "he_normal", "torch_weights", "he_with_biases", "orthogonal"
]  # fmt: skip
Wiring = Literal["plain", "layer_norm", "residual"]  # of MLPs
Architecture = Literal[
    "vgg11", "vgg13", "vgg16", "vgg19", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"
]  # fmt: skip
Variant = Literal["vanilla", "bn"]
Precision = Literal["float32", "bfloat16"]
OptimizerKind = Literal["sgd", "adam"]
Objective = Literal["norm", "ratio"]  # of pre-training by rank


def check(word: str, words: object, name: str) -> None:
    """Refuse a word that is not one of `words`, a `Literal` of this module.

    Raises:
        ValueError: it is another; the message has `name` and all that are allowed.
    """
    if word not in get_args(words):
        raise ValueError(f"{name} must be one of {', '.join(get_args(words))}, got {word!r}")
