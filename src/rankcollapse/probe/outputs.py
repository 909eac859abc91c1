"""The floating tensors within whatever a module takes or returns."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor


def tensors(value: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """The floating tensors within nested tuples, lists, mappings and dataclasses, each with its place, e.g. `[0].key`.

    All else is passed over: None, numbers, integer tensors, tensors of one byte an entry; also scalars, tensors without
    entries and sparse ones, which have no rank to speak of.

    Args:
        value: what a module takes or returns.
        name: place of `value` itself.
    """
    if isinstance(value, Tensor):
        if value.is_floating_point() and value.dtype.itemsize > 1 and value.ndim and _is_dense(value) and value.numel():
            yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from tensors(part, f"{name}.{key}" if isinstance(key, str) else f"{name}[{key}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from tensors(getattr(value, field.name, None), f"{name}.{field.name}")
    elif isinstance(value, tuple | list):
        names = getattr(value, "_fields", None)
        for number, part in enumerate(value):
            yield from tensors(part, f"{name}.{names[number]}" if names else f"{name}[{number}]")


def _is_dense(x: Tensor) -> bool:
    return x.layout == torch.strided and not x.is_nested
