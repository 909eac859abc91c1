"""Where to compute."""

import torch

from rankcollapse.errors import UserError


def resolve_device(name: str) -> str:
    """`cpu` or `cuda`; `auto` means `cuda` where there is one.

    Raises:
        UserError: `cuda` was asked for and there is none.
    """
    available = torch.cuda.is_available()
    if name == "auto":
        return "cuda" if available else "cpu"
    if name == "cuda" and not available:
        raise UserError("device is cuda, but torch sees no CUDA device here; set `device: cpu` or `auto`")
    return name
