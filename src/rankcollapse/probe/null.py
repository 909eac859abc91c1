"""What is usual: bands of the measures over fresh initializations of the same network, or from a closed form."""

import copy
import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from rankcollapse.errors import UserError
from rankcollapse.probe.measures import COSINES, RANKS

KEY = ["path", "call", "output"]
BANDED = [*RANKS, *COSINES, "scale", "dead"]
FIRST_SEED = 10_000  # of fresh networks, far from the seeds that people choose
SEEDS = 9  # then 80% of new initializations lie within the band, of a measure that varies
DEVIATIONS = 3  # of a network of finite width from the cosine law


@dataclass(frozen=True)
class Null:
    """What is usual for a network.

    Attributes:
        name: what it is, for a reader.
        inside: share of networks of this kind that lie within the band, for each measure; None if it is not known.
        bands: `low` and `high` of each `measure` of each row: columns path, call, output, measure, low, high.
        kept: names of parameters that no fresh initialization reached; they are as in the model.
    """

    name: str
    inside: float | None
    bands: pd.DataFrame
    kept: tuple[str, ...] = ()

    def against(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Each measure of a frame beside its band.

        Args:
            frame: of a probe.

        Returns:
            One row a row of the frame and measure that has a band: path, call, output, measure, value, low, high, and
            `unusual`, whether the value is outside (by more than rounding, 1e-4 of it).

        Raises:
            UserError: no row of the frame has a band.
        """
        long = frame.melt(KEY, BANDED, "measure", "value")
        joined = long.merge(self.bands, on=[*KEY, "measure"])
        if joined.empty:
            raise UserError(f"the network and the null ({self.name}) have no module in common: are they the same one?")
        slack = 1e-4 * joined["value"].abs()
        joined["unusual"] = (joined["value"] < joined["low"] - slack) | (joined["value"] > joined["high"] + slack)
        return joined


def fresh_initializations(
    build: Callable[[], nn.Module] | nn.Module, measured: Callable[[nn.Module], pd.DataFrame], seeds: int = SEEDS
) -> Null:
    """The band of a network over its own initialization: lowest and highest value of each measure over seeds.

    A new initialization lies within the band of `n` seeds with probability `(n - 1) / (n + 1)`, for each measure.

    Args:
        build: makes the network anew, with its own initialization; or the network: then copies get
            `reset_parameters()` of each of their modules, and parameters of modules without it stay (see `kept`).
        measured: the frame of a network, e.g. by a probe on the same batch.
        seeds: fresh networks; at least 2.

    Raises:
        UserError: there are fewer than two seeds, or nothing can be initialized anew.
    """
    if seeds < 2:
        raise UserError(f"a band needs at least 2 fresh initializations, got {seeds}")
    kept: tuple[str, ...] = ()
    frames = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        with seeded(seed):
            if isinstance(build, nn.Module):
                network = copy.deepcopy(build)
                kept = _reset(network)
            else:
                network = build()
            frames.append(measured(network))
    values = pd.concat(frames).melt(KEY, BANDED, "measure", "value").dropna()
    bands = values.groupby([*KEY, "measure"], as_index=False)["value"].agg(low="min", high="max")
    return Null(f"{seeds} fresh initializations", (seeds - 1) / (seeds + 1), bands, kept)


def _reset(network: nn.Module) -> tuple[str, ...]:
    """Initialize each module anew that knows how; the names of the parameters of the others."""
    kept = []
    for path, module in network.named_modules():
        reset = getattr(module, "reset_parameters", None) or getattr(module, "_reset_parameters", None)
        if callable(reset):
            reset()
        else:
            kept += [f"{path}.{name}".lstrip(".") for name, _ in module.named_parameters(recurse=False)]
    if len(kept) == len(list(network.parameters())):
        raise UserError("no module of this network has `reset_parameters`: pass a function that builds the network")
    return tuple(kept)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """All global generators start from a seed within the block, and go on afterwards as if nothing had been."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002


def relu_cosine(cosine: float) -> float:
    """Cosine of two states after a wide random ReLU layer: `(√(1 - ρ²) + ρ (π - arccos ρ)) / π` (Cho & Saul 2009)."""
    cosine = min(max(cosine, -1.0), 1.0)
    return (math.sqrt(1 - cosine**2) + cosine * (math.pi - math.acos(cosine))) / math.pi


def cosine_law(frame: pd.DataFrame, inputs: pd.DataFrame, *, batch_norm: bool = False) -> Null:
    """The mean cosine after each ReLU of a wide fully connected network of random weights, without biases.

    Without BN the mean cosine of the input is mapped by `relu_cosine` layer by layer. With full BN before each ReLU the
    mean cosine of the pre-activations of `N` samples is `-1 / (N - 1)`, whatever was below, so that it is
    `relu_cosine(-1 / (N - 1))` after each. The band is three times `√(ℓ / d)` wide on either side at layer `ℓ` of width
    `d` (`√(1 / d)` with BN): an upper estimate of how far networks of finite width stray, and of how far the mean of
    the mapped cosines is from the mapped mean.

    Args:
        frame: of a probe; rows whose type is ReLU get a band.
        inputs: of the same probe.
        batch_norm: whether there is BN before each ReLU.

    Raises:
        UserError: there is no ReLU, or the input is no floating tensor.
    """
    layers = frame[frame["type"] == "ReLU"]
    if layers.empty or inputs.empty:
        raise UserError("the cosine law is one of ReLU networks: it needs modules of type ReLU, and an input of floats")
    cosine = inputs["mean_cosine"].iloc[0]
    rows = []
    for number, layer in enumerate(layers.to_dict("records"), start=1):
        cosine = relu_cosine(-1 / (layer["columns"] - 1) if batch_norm else cosine)
        stray = DEVIATIONS * math.sqrt((1 if batch_norm else number) / layer["units"])
        at: dict[str, Any] = {name: layer[name] for name in KEY}
        rows.append(at | {"measure": "mean_cosine", "low": max(cosine - stray, -1.0), "high": min(cosine + stray, 1.0)})
    return Null(f"the cosine law of wide ReLU networks{' with BN' if batch_norm else ''}", None, pd.DataFrame(rows))
