"""Everything about a model, and about torch, that a probe must leave as it was."""

import contextlib
import random

import numpy as np
import torch


def everything(model):
    """A picture of a model and of the global state, to be compared with `==` after `same`."""
    parameters = dict(model.named_parameters(remove_duplicate=False))
    return {
        "values": {name: value.detach().clone() for name, value in model.state_dict().items()},
        "buffers": {name: value.clone() for name, value in model.named_buffers()},
        "gradients": {n: None if p.grad is None else p.grad.clone() for n, p in parameters.items()},
        "identities": {name: id(value) for name, value in parameters.items()},
        "requires_grad": {name: value.requires_grad for name, value in parameters.items()},
        "devices": {name: str(value.device) for name, value in parameters.items()},
        "modes": {name: module.training for name, module in model.named_modules()},
        "attributes": {
            name: {
                key: (len(value) if key.endswith("hooks") or "_hooks_" in key else None)
                for key, value in vars(module).items()
            }
            for name, module in model.named_modules()
        },
        "torch": torch.get_rng_state(),
        "numpy": str(np.random.get_state()),  # noqa: NPY002
        "python": random.getstate(),
        "switches": (
            torch.is_grad_enabled(),
            torch.are_deterministic_algorithms_enabled(),
            torch.get_num_threads(),
            torch.get_float32_matmul_precision(),
            torch.get_default_dtype(),
            torch.backends.mha.get_fastpath_enabled(),
            torch.is_autocast_enabled("cpu"),
        ),
        "global hooks": [
            len(getattr(torch.nn.modules.module, name))
            for name in ("_global_forward_hooks", "_global_forward_pre_hooks", "_global_backward_hooks")
        ],
    }


def same(one, other):
    """Whether two pictures, or two outputs, are equal bit for bit; NaN equals NaN."""
    if torch.is_tensor(one) and torch.is_tensor(other):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        return torch.equal(one, other) or bool(((one == other) | (one.isnan() & other.isnan())).all())
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@contextlib.contextmanager
def unchanged(model):
    """Fail if a block changes anything, also if it ends with an exception."""
    before = everything(model)
    try:
        yield
    finally:
        after = everything(model)
        for part in before:
            assert same(before[part], after[part]), part
