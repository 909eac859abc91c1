"""Models and batches from what a person types: `module:function`, files, shapes. Nothing is ever unpickled."""

import importlib
import os
import re
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rankcollapse.errors import UserError, told

PICKLED = ("opaque_obj", "custom_obj")  # parts of an exported program that torch would unpickle


def load_model(target: str) -> nn.Module:
    """The model of `module:function`, whose code is run, or of an exported program in a file ending in .pt2.

    Args:
        target: a name such as `package.module:build_model`: a function or class without arguments, or a module that is
            there already; the folder of the call is searched too. Or the path of a file.

    Raises:
        UserError: there is no such thing, or what it gives is no module.
    """
    if target.endswith(".pt2"):
        return _exported(Path(target))
    name, _, attribute = target.partition(":")
    if not attribute or not all(name.split(".")) or "/" in name:
        raise UserError(f"{target}: a model is given as package.module:function (no path), or as a file ending in .pt2")
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise UserError(f"{target}: there is no module {name!r} here or among the installed packages") from None
        raise UserError(f"{target}: importing {name} failed{told(error)}") from None
    build = getattr(module, attribute, None)
    if build is None:
        raise UserError(f"{target}: {name} has no {attribute!r}")
    try:
        model = build if isinstance(build, nn.Module) else build()
    except TypeError as error:
        raise UserError(f"{target} must be a function without arguments that gives a model{told(error)}") from None
    if not isinstance(model, nn.Module):
        raise UserError(f"{target} must give a torch.nn.Module, it gave {type(model).__name__}")
    return model


def _exported(path: Path) -> nn.Module:
    """The modules of an exported program; a part of it that would have to be unpickled is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            listings = [archive.read(name) for name in names if name.endswith("_config.json")]
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: cannot be read as an exported program{told(error)}") from None
    if any(part in name for name in names for part in PICKLED) or any(
        part.encode() in listing for listing in listings for part in PICKLED
    ):
        raise UserError(f"{path} holds pickled objects, which are never loaded here: export the model without them")
    try:
        with _weights_only():
            return torch.export.unflatten(torch.export.load(path))
    except Exception as error:
        raise UserError(f"{path}: torch cannot load this program{told(error)}") from None


@contextmanager
def _weights_only() -> Any:
    """Within the block torch refuses to unpickle, also where its own code asks for it."""
    name = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def drawn(shape: str, seed: int) -> Tensor:
    """A random tensor: `128x3x32x32` of standard normal numbers, `16x128:1000` of whole numbers below 1000.

    Raises:
        UserError: it is no such shape.
    """
    match = re.fullmatch(r"([1-9]\d*(?:x[1-9]\d*)*)(?::([1-9]\d*))?", shape)
    if not match:
        raise UserError(
            f"{shape!r}: an input is a shape such as 128x3x32x32, or 16x128:1000 for whole numbers below 1000"
        )
    sizes = [int(size) for size in match[1].split("x")]
    draw = torch.Generator().manual_seed(seed)
    return torch.randint(int(match[2]), sizes, generator=draw) if match[2] else torch.randn(sizes, generator=draw)


def load_batch(path: Path) -> Any:
    """A batch from a file: a tensor of `.npy`; of `.pt` a tensor, or a tuple, list or mapping of tensors.

    Raises:
        UserError: the file is not there, damaged, or holds something else.
    """
    try:
        if path.suffix == ".npy":
            values = np.load(path, allow_pickle=False)
            batch = torch.as_tensor(values.astype(values.dtype.newbyteorder("="), copy=False))
            batch = batch.float() if batch.dtype == torch.float64 else batch
        elif path.suffix == ".pt":
            batch = torch.load(path, weights_only=True)
        else:
            raise UserError(f"{path}: data are a file ending in .npy or .pt")
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{path} cannot be read as tensors without unpickling{told(error)}") from None
    parts = batch.values() if isinstance(batch, dict) else batch if isinstance(batch, tuple | list) else [batch]
    if not all(isinstance(part, Tensor) for part in parts):
        raise UserError(f"{path} must hold a tensor, or a tuple, list or mapping of tensors")
    return batch
