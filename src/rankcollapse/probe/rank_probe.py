"""The probe: hooks for the time of a `with` block that turn every call of a module into a row of a table."""

import math
from collections import Counter
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow as pa
from torch import Tensor, nn
from torch.backends import mha

from rankcollapse.errors import UserError
from rankcollapse.probe import reductions
from rankcollapse.probe.measures import COLUMNS as MEASURES
from rankcollapse.probe.measures import COSINES, RANKS, mean_cosine, measure, root_mean_square
from rankcollapse.probe.modules import Choice, chosen, refuse, takes_fast_path, type_name
from rankcollapse.probe.null import Null
from rankcollapse.probe.outputs import tensors
from rankcollapse.probe.verdict import notes, verdict

COLUMNS = {
    "path": "name of the module, as `named_modules` has it; empty for the model itself",
    "type": "class of the module",
    "call": "which call of this module it is, from 0",
    "output": "which tensor of the output it is; empty if the output is one tensor",
    "shape": "shape of the tensor, e.g. 32x64x8x8",
    "dtype": "dtype of the tensor",
    **MEASURES,
    "gradient_norm": "norm of the gradient of the output; missing without a backward pass within the block",
    "gradient_mean_cosine": "mean cosine of the gradients of two columns; missing without a backward pass",
}


NUMBERS = [*RANKS, *COSINES, "scale", "dead", "sampling_error", "gradient_norm", "gradient_mean_cosine"]
FAST_PATH = (
    "The fast path of torch's transformer encoder calls no modules. It was off while the probe was on: outputs may"
    " differ from those of the fast path by rounding."
)


class RankProbe:
    """Rank and scale of the output of every call of a module, measured as the call ends; the model stays as it is.

        with RankProbe(model) as probe:
            model(batch)
        probe.frame()

    Nothing of the model changes: outputs, gradients, parameters, buffers, modes, hooks, and random state are those of
    a run without the probe, also after an exception. There is one exception: in eval mode, torch's own transformer
    encoder has a fast path that calls no modules; it is off within the block, so that outputs are, bit for bit, those
    of `torch.backends.mha.set_fastpath_enabled(False)`. `notes` says so where it happens.

    Args:
        model: any module on any device, in training or eval mode.
        modules: which modules get rows: a name, a glob such as "layers.*.mlp", a class, or several of these; all
            without it.
        reduction: how outputs become matrices (see `rankcollapse.probe.reductions`): a name for all outputs, or names
            by name, glob or class of modules; the first that fits counts. Without one a sequence `(N, T, C)` gets
            `positions`, all else `flatten`.

    Raises:
        UserError: the model is compiled, in TorchScript, parallel or without data; or nothing fits `modules`.
    """

    def __init__(
        self, model: nn.Module, modules: Choice | None = None, *, reduction: str | dict[str | type, str] | None = None
    ) -> None:
        refuse(model)
        for name in reduction.values() if isinstance(reduction, dict) else [reduction] if reduction else []:
            reductions.check(name)
        self.model = model
        self._modules = chosen(model, modules)
        by_choice = reduction if isinstance(reduction, dict) else {"*": reduction} if reduction else {}
        self._reductions: dict[str, str] = {}
        for choice, name in by_choice.items():
            self._reductions |= {path: name for path in chosen(model, choice) if path not in self._reductions}
        self._sequences = reductions.holds_sequences(model)
        self._rows: list[dict[str, Any]] = []
        self._inputs: list[dict[str, Any]] = []
        self._calls: Counter[str] = Counter()
        self._open: ExitStack | None = None
        self._fast_path_off = False

    def __enter__(self) -> Self:
        """Start a new table."""
        if self._open:
            raise UserError("this probe is open already: leave its block first, or use a second RankProbe")
        self._rows, self._inputs, self._calls = [], [], Counter()
        with ExitStack() as stack:  # what is hooked is unhooked if a later hook fails
            self._fast_path_off = takes_fast_path(self.model)
            if self._fast_path_off:
                stack.callback(mha.set_fastpath_enabled, True)
                mha.set_fastpath_enabled(False)
            stack.callback(self.model.register_forward_pre_hook(self._enter_model, with_kwargs=True).remove)
            for path, module in self._modules.items():
                stack.callback(module.register_forward_hook(partial(self._leave_module, path)).remove)
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take off all hooks, whatever happened in the block."""
        stack, self._open = self._open, None
        stack.close()

    def _enter_model(self, module: nn.Module, args: tuple, kwargs: dict[str, Any]) -> None:
        """Measure what enters the model."""
        self._measure("(input)", "", (*args, kwargs) if kwargs else args if len(args) != 1 else args[0], self._inputs)

    def _leave_module(self, path: str, module: nn.Module, args: tuple, output: Any) -> None:
        """Measure what leaves a module, now, before anything can overwrite it."""
        self._measure(path, type_name(module), output, self._rows)

    def _measure(self, path: str, kind: str, value: Any, rows: list[dict[str, Any]]) -> None:
        """Append a row for each floating tensor of a value; its gradient is added when it comes."""
        call = self._calls[path]
        self._calls[path] += 1
        for name, x in tensors(value):
            reduction = self._reductions.get(path) or reductions.default(x, self._sequences)
            row = {
                "path": path,
                "type": kind,
                "call": call,
                "output": name,
                "shape": "x".join(map(str, x.shape)),
                "dtype": str(x.dtype).removeprefix("torch."),
                **measure(x, reduction, self._sequences),
                "gradient_norm": math.nan,
                "gradient_mean_cosine": math.nan,
            }
            rows.append(row)
            if x.requires_grad and not x.is_leaf and rows is self._rows:
                self._open.callback(x.register_hook(partial(self._gradient, row)).remove)

    def _gradient(self, row: dict[str, Any], gradient: Tensor) -> None:
        """Add the gradient of an output to its row."""
        scale, _ = root_mean_square(gradient)
        row["gradient_norm"] = scale * math.sqrt(gradient.numel())
        row["gradient_mean_cosine"] = mean_cosine(gradient, row["reduction"], self._sequences)

    @property
    def never_called(self) -> list[str]:
        """Paths of the chosen modules that were not called, e.g. since only their weights or `forward` were used."""
        return [path for path in self._modules if not self._calls[path]]

    def frame(self) -> pd.DataFrame:
        """The table: a row for each floating tensor of each call of a module, in the order in which calls ended.

        Returns:
            The columns of `COLUMNS`, whose descriptions are in `frame.attrs`.

        Raises:
            UserError: no module was called.
        """
        if not any(self._calls[path] for path in self._modules):
            raise UserError(
                "no module was called while the probe was on. Call the model itself, `model(batch)`, within the block;"
                " `model.forward(batch)` and compiled code pass over hooks"
            )
        return as_frame(self._rows)

    def inputs(self) -> pd.DataFrame:
        """The same columns for what entered the model; the path is `(input)`."""
        return as_frame(self._inputs)

    @property
    def notes(self) -> list[str]:
        """What a reader of the table should know, a sentence each."""
        return ([FAST_PATH] if self._fast_path_off else []) + notes(self.frame(), self.inputs())

    def against(self, null: Null) -> pd.DataFrame:
        """Each measure of each row beside the band of a null (`rankcollapse.probe.null`), and whether it is outside.

        Args:
            null: from `fresh_initializations` or `cosine_law`.
        """
        return null.against(self.frame())

    def verdict(self, null: Null | None = None) -> list[str]:
        """What is lost first, rank or scale, where, and what may cure it: sentences (see `rankcollapse.probe.verdict`).

        Args:
            null: says also which rows are unusual.
        """
        return verdict(self.model, self.frame(), self.inputs(), null)


def as_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a table whose columns and dtypes are always the same."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    kinds = (
        dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(("call", "columns", "units"), "int64") | {"finite": "bool"}
    )
    frame = frame.astype(kinds)
    frame.attrs = dict(COLUMNS)
    return frame


def to_table(frame: pd.DataFrame) -> pa.Table:
    """The table as Arrow has it, with the description of each column, to be written as Parquet."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [field.with_metadata({"description": COLUMNS.get(field.name, "")}) for field in table.schema]
    return table.cast(pa.schema(fields))
