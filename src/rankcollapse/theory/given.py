"""What callers give to the public functions: taken as it is meant, or refused in one sentence."""

import operator

import numpy as np
import torch
from torch import Tensor

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def tensor(H: object) -> Tensor:
    """A tensor of numbers, without its graph: what is measured keeps nothing alive. NumPy arrays are taken too.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(H, np.ndarray):
        if H.dtype not in (np.float16, np.float32, np.float64) or not H.dtype.isnative:
            raise ValueError(f"expected an array of a floating-point dtype (float16, float32, float64), got {H.dtype}")
        H = torch.from_numpy(np.array(H, order="C"))  # a copy: it may be read-only, or run backwards
    if not isinstance(H, Tensor):
        raise ValueError(f"expected a torch tensor or a NumPy array, got {type(H).__name__}")
    if H.dtype not in FLOATS:
        raise ValueError(f"expected a floating-point dtype (float16, bfloat16, float32, float64), got {H.dtype}")
    if H.layout != torch.strided or H.device.type == "meta":
        raise ValueError(f"expected a dense tensor with numbers, got {H.layout} on {H.device.type}: use H.to_dense()")
    return H.detach()


def whole(name: str, value: object, least: int) -> int:
    """A whole number of at least `least`.

    Raises:
        ValueError: it is none.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, got {value!r}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return number


def number(name: str, value: object) -> float:
    """A number, infinity and NaN among them.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, (str, bytes, bool)):
        raise ValueError(f"{name} must be a number, got {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None


def available(device: object) -> None:
    """Make sure that torch can use a device here.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError, ValueError, NotImplementedError):
        raise ValueError(f"torch cannot use the device {device!r} here; use 'cpu'") from None
