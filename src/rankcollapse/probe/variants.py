"""Copies of a network with other initial weights, with or without normalization, or cured: for a comparison."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import init

from rankcollapse.errors import UserError
from rankcollapse.probe.cures import raise_rank, rescale
from rankcollapse.probe.layers import is_linear, linear_outputs
from rankcollapse.probe.null import seeded

NORMALIZATIONS = (
    nn.modules.batchnorm._BatchNorm,
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
    nn.modules.instancenorm._InstanceNorm,
)


class OverFeatures(nn.BatchNorm1d):
    """Batch normalization of the last dimension, over all others: of sequences `(N, T, C)`."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalize the features of every position alike."""
        return super().forward(x.flatten(0, -2)).view_as(x)


def _initialized(draw: Callable[[Tensor], Any]) -> Callable[[nn.Module, Any], None]:
    """New weights for all linear layers, biases zero."""

    def initialize(model: nn.Module, batch: Any) -> None:
        for module in model.modules():
            weight = module._parameters.get("weight") if is_linear(module) else None
            if weight is not None:
                draw(weight)
                if getattr(module, "bias", None) is not None:
                    init.zeros_(module.bias)

    return initialize


def _batch_norm(model: nn.Module, batch: Any) -> None:
    """Batch normalization after each linear layer that is called, but the last."""
    if any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in model.modules()):
        raise UserError("batch_norm: the model has batch normalization already; compare it with no_normalization")
    outputs = linear_outputs(model, batch)
    for path in list(outputs)[:-1]:
        x, module = outputs[path], model.get_submodule(path)
        convolution = not isinstance(module, nn.Linear) and type(module).__name__ != "Conv1D"
        if convolution:
            layer = {3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}[x.ndim](x.shape[1])
        else:
            layer = OverFeatures(x.shape[-1])
        _replace(model, path, nn.Sequential(module, layer.to(x.device, x.dtype).train(module.training)))


def _no_normalization(model: nn.Module, batch: Any) -> None:
    """No normalization layer."""
    found = [path for path, module in model.named_modules() if isinstance(module, NORMALIZATIONS)]
    if not found:
        raise UserError("no_normalization: the model has no normalization layer; compare it with batch_norm")
    for path in found:
        _replace(model, path, nn.Identity())


def _replace(model: nn.Module, path: str, module: nn.Module) -> None:
    parent, _, name = path.rpartition(".")
    if not name:
        raise UserError("the model is one layer: there is nothing around it to change")
    setattr(model.get_submodule(parent), name, module)


VARIANTS: dict[str, Callable[[nn.Module, Any], Any]] = {
    "he_normal": _initialized(init.kaiming_normal_),
    "glorot_normal": _initialized(init.xavier_normal_),
    "orthogonal": _initialized(init.orthogonal_),
    "batch_norm": _batch_norm,
    "no_normalization": _no_normalization,
    "rescale": rescale,
    "raise_rank": raise_rank,
}


def variant(model: nn.Module, name: str, batch: Any, seed: int = 0) -> nn.Module:
    """A copy of a model that differs in one thing; paths of its modules stay, a normalized layer is one module.

    Args:
        model: stays as it is.
        name: one of `VARIANTS`: `he_normal`, `glorot_normal` and `orthogonal` have new weights and zero biases in all
            linear layers; `batch_norm` follows each of these but the last; `no_normalization` is without; `rescale` and
            `raise_rank` are the cures.
        batch: what the model takes.
        seed: of the new weights.

    Raises:
        UserError: there is no such variant, or the model has nothing to change.
    """
    if name not in VARIANTS:
        raise UserError(f"there is no variant {name!r}; there are {', '.join(VARIANTS)}")
    other = copy.deepcopy(model)
    with seeded(seed), torch.no_grad() if name != "raise_rank" else torch.enable_grad():
        VARIANTS[name](other, batch)
    return other
