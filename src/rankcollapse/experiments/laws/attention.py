"""Attention at initialization: F5, F6 and F7."""

import math
from typing import Any

import pyarrow as pa
import torch

from rankcollapse.experiments.laws.cells import AttentionCell
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.attention import (
    mean_cosine,
    random_attention,
    self_attention,
    uniform_attention,
    uniform_attention_cosine,
    without_outlier,
)
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import singular_values, stable_rank

SPREADS = (0.5, 1.0)  # standard deviations of the scores of F7


def run(cell: AttentionCell, *, device: str) -> pa.Table:
    """The rows of one law, for all cases and chains; small, and so on the CPU whatever the device."""
    rows = {"F5": alone, "F6": skipping, "F7": gap}[cell.law](cell)
    return to_table(cell, rows)


def alone(cell: AttentionCell, skip: float = 0.0) -> list[dict[str, Any]]:
    """F5: Gaussian tokens, query, key and value matrices."""
    draw = generator("laws", "F5", cell.width, cell.tokens)
    X = torch.randn(cell.chains, cell.width, cell.tokens, generator=draw, dtype=torch.float64)
    rows = []
    for layer, (common, apart) in enumerate(self_attention(X, cell.layers, generator=draw, skip=skip), start=1):
        largest = apart.abs().amax((1, 2), keepdim=True)  # no square underflows
        distance = largest.flatten().log10() + torch.linalg.matrix_norm(apart / largest).log10()
        value = distance - torch.linalg.matrix_norm(common + apart).log10()
        rows += rows_by("chain", {"value": value}, case="softmax attention", x=layer, prediction=None)
    return rows


def skipping(cell: AttentionCell, strengths: dict[str, float] | None = None) -> list[dict[str, Any]]:
    """F6: orthogonal tokens through uniform attention beside a skip connection, scaled and not."""
    rows = []
    layers = cell.skip_layers
    for case, law in {"scaled": layers**-0.5, "not scaled": 1.0}.items():
        for tokens in cell.skip_tokens:
            draw = generator("laws", "F6", case, tokens, cell.skip_width)
            X = torch.randn(cell.chains, cell.skip_width, tokens, generator=draw, dtype=torch.float64)
            X = torch.linalg.qr(X).Q * cell.skip_width**0.5
            for state in uniform_attention(X, layers, skip=(strengths or {}).get(case, law), generator=draw):
                X = state
            prediction = uniform_attention_cosine(tokens, layers, law)
            rows += rows_by("chain", {"value": mean_cosine(X)}, case=case, x=tokens, prediction=prediction)
    return rows


def gap(cell: AttentionCell, spreads: tuple[float, ...] = SPREADS, shared: float = 0.0) -> list[dict[str, Any]]:
    """F7: the spectra of matrices of i.i.d. entries over the sums of their rows.

    Args:
        cell: its parameters.
        spreads: standard deviations of the scores.
        shared: added to the scores among half of the tokens, for attention that breaks the law.
    """
    rows = []
    for spread in spreads:
        variance = math.expm1(spread**2)  # of an entry over its mean
        for tokens in cell.sizes:
            draw = generator("laws", "F7", spread, tokens)
            A = random_attention(cell.chains, tokens, spread, generator=draw, shared=shared)
            squares = singular_values(A).square()
            found = {
                "second singular value times root of T": ((squares[:, 1] * tokens).sqrt(), 2 * variance**0.5),
                "stable rank of A": (squares.sum(1) / squares[:, 0], 1 + variance),
                "stable rank of AAᵀ": (squares.square().sum(1) / squares[:, 0] ** 2, 1.0),
                "stable rank without outlier over T": (stable_rank(without_outlier(A)) / tokens, 0.25),
            }
            for case, (value, prediction) in found.items():
                name = f"{case}, spread {spread:g}"
                rows += rows_by("chain", {"value": value}, case=name, x=tokens, prediction=prediction)
    return rows
