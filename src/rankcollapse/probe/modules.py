"""Modules of a model: which are chosen, and which models cannot be looked into."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from torch import jit, nn
from torch.backends import mha

from rankcollapse.errors import UserError

Choice = str | type | Sequence[str | type]


def chosen(model: nn.Module, choice: Choice | None) -> dict[str, nn.Module]:
    """The modules that fit a choice by name, in the order of `named_modules`; a shared one has its first name.

    Args:
        model: where to look.
        choice: a name, a glob, a class, or several of these; all modules without it.

    Raises:
        UserError: one of them fits no module.
    """
    named = dict(model.named_modules())
    if choice is None:
        return named
    found: set[str] = set()
    for one in [choice] if isinstance(choice, str | type) else choice:
        fitting = {path for path, module in named.items() if _fits(path, module, one)}
        if not fitting:
            known = ", ".join(sorted({type(module).__name__ for module in named.values()}))
            raise UserError(
                f"no module fits {one!r}. Names are those of named_modules(), e.g. {list(named)[-1]!r}; globs such as"
                f" 'layers.*' and classes work too. Classes here: {known}"
            )
        found |= fitting
    return {path: module for path, module in named.items() if path in found}


def _fits(path: str, module: nn.Module, one: str | type) -> bool:
    """Whether a module has a class, the name of a class, or a path that a glob fits."""
    if isinstance(one, type):
        return isinstance(module, one)
    return fnmatchcase(path, one) or type(module).__name__ == one


def refuse(model: nn.Module) -> None:
    """Refuse a model whose modules do not run as Python calls, so that hooks would see nothing.

    Raises:
        UserError: it is not a module, compiled, in TorchScript, split over devices, or without data.
    """
    if not isinstance(model, nn.Module):
        raise UserError(f"expected a torch.nn.Module, got {type(model).__name__}")
    for path, module in model.named_modules():
        where = f"its module {path!r}" if path else "it"
        if hasattr(module, "_orig_mod") or getattr(module, "_compiled_call_impl", None) is not None:
            raise UserError(
                f"the model is compiled ({where}): compiled code passes over hooks. Probe the module that was compiled,"
                " `model._orig_mod`, and call that one; or probe before `torch.compile`"
            )
        if isinstance(module, jit.ScriptModule):
            raise UserError(
                f"the model is TorchScript ({where}): its parts are not Python modules. Probe the model that was"
                " scripted"
            )
        if isinstance(module, nn.DataParallel) and len(module.device_ids) > 1:
            raise UserError(
                f"the model is split over devices ({where}): its copies are gone after each call. Probe `model.module`"
            )
    if any(parameter.is_meta for parameter in model.parameters()):
        raise UserError("the model is on the device 'meta' and has no values: initialize it on another one")


def takes_fast_path(model: nn.Module) -> bool:
    """Whether torch's fast path of transformer encoders is on, and a module in eval mode can take it."""
    takers = (nn.MultiheadAttention, nn.TransformerEncoderLayer)
    return mha.get_fastpath_enabled() and any(
        isinstance(module, takers) and not module.training for module in model.modules()
    )


def type_name(module: nn.Module) -> str:
    """The name of a module's class; for a part of an exported program, of the class that it was exported from."""
    if type(module).__module__ == "torch.export.unflatten":
        return str(module.type_name()).rpartition(".")[2]
    return type(module).__name__


def call(model: nn.Module, batch: Any) -> Any:
    """What a model makes of a batch: a tuple or list are its arguments, a mapping its arguments by name."""
    if isinstance(batch, Mapping):
        return model(**batch)
    return model(*batch) if isinstance(batch, tuple | list) else model(batch)
