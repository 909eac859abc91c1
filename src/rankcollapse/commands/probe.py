"""Probe a network: where rank is lost, whether scale is lost with it, and what may cure it."""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rankcollapse.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table
    from torch import nn

    from rankcollapse.probe.null import Null
    from rankcollapse.probe.rank_probe import RankProbe

SHOWN = {
    "participation_ratio": "r",
    "centred_participation_ratio": "centred r",
    "numerical_rank": "num. rank",
    "soft_rank": "soft rank",
    "mean_cosine": "cosine",
    "scale": "scale",
    "dead": "dead",
}


def probe(
    model: Annotated[
        str,
        typer.Argument(help="package.module:function that builds it, whose code is run; or an exported program, *.pt2"),
    ],
    input: Annotated[
        list[str] | None,
        typer.Option(
            help="shape of a random input, e.g. 128x3x32x32, or 16x128:1000 for whole numbers; may be repeated"
        ),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="batch: *.npy, or *.pt with tensors; nothing is unpickled")] = None,
    modules: Annotated[
        list[str] | None, typer.Option(help="show these only: name, glob or class; may be repeated")
    ] = None,
    reduction: Annotated[str | None, typer.Option(help="flatten, pool, positions or channels, for all outputs")] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="of the random input and of the model's initialization")
    ] = 0,
    null: Annotated[int, typer.Option(min=0, help="fresh initializations that say what is usual; 0 for none")] = 0,
    compare: Annotated[
        str, typer.Option(help="variants beside it, e.g. he_normal,orthogonal,batch_norm,rescale,raise_rank")
    ] = "",
    plot: Annotated[Path | None, typer.Option(help="draw rank, cosine and scale through depth, *.png")] = None,
    json: Annotated[Path | None, typer.Option(help="write verdict, notes, rows and comparison to this file")] = None,
    parquet: Annotated[Path | None, typer.Option(help="write the rows to this file")] = None,
    fail_below: Annotated[
        str, typer.Option(help="exit with 1 if a numerical rank is below this, or MEASURE=NUMBER, e.g. scale=1e-3")
    ] = "",
) -> None:
    """Probe a network on one batch: a row a call of every module, and a verdict in words.

    The code that builds the model is run, as any import is: probe no code that you do not trust. The model runs in the
    mode in which it is built, without gradients.
    """
    limit = _limit(fail_below)
    from rankcollapse.probe.loading import drawn, load_batch

    _check_outputs(plot, json, parquet)
    if bool(input) == bool(data):
        raise UserError("give the batch either as --input SHAPE or as --data FILE")
    batch = load_batch(data) if data else [drawn(shape, seed + number) for number, shape in enumerate(input)]
    network = _built(model, seed)

    def probed(other: "nn.Module") -> "RankProbe":
        return _probed(other, batch, modules, reduction)

    done = probed(network)
    frames = {"as built": done.frame()}
    band = _null(model, network, lambda other: probed(other).frame(), null)
    verdicts = {}
    for name in filter(None, map(str.strip, compare.split(","))):
        of_variant = probed(_variant(network, name, batch))
        frames[name], verdicts[name] = of_variant.frame(), of_variant.verdict()
    found = {"verdict": done.verdict(band), "notes": done.notes, "never_called": done.never_called}
    _print(frames, found, verdicts)
    _write(frames, found | {"compared": verdicts}, done.inputs(), band, plot, json, parquet)
    if limit:
        _judge(frames["as built"], *limit)


def _check_outputs(plot: Path | None, json: Path | None, parquet: Path | None) -> None:
    """Refuse, before anything is computed, files that cannot be written as they are named."""
    if plot and plot.suffix != ".png":
        raise UserError(f"{plot}: a plot ends in .png")
    outputs = [path.absolute() for path in (plot, json, parquet) if path]
    if len({*outputs}) < len(outputs):
        raise UserError("two of --plot, --json and --parquet name one file; name each its own")


def _limit(text: str) -> tuple[str, float] | None:
    """The measure and the number of --fail-below."""
    if not text:
        return None
    name, given, number = text.rpartition("=")
    try:
        limit = (name if given else "numerical_rank", float(number))
    except ValueError:
        limit = ("", math.nan)
    if limit[0] not in SHOWN or math.isnan(limit[1]):
        raise UserError(f"--fail-below takes a number, or MEASURE=NUMBER with one of {', '.join(SHOWN)}; got {text!r}")
    return limit


def _built(target: str, seed: int | None) -> "nn.Module":
    """The model; a seed makes its initialization repeatable."""
    from contextlib import nullcontext

    from rankcollapse.probe.loading import load_model
    from rankcollapse.probe.null import seeded

    with nullcontext() if seed is None else seeded(seed):
        return _told(lambda: load_model(target), "building the model failed")


def _null(
    target: str, network: "nn.Module", measured: Callable[["nn.Module"], "pd.DataFrame"], seeds: int
) -> "Null | None":
    """The band of fresh initializations, if any are asked for; of copies, where there is nothing to build anew."""
    from rankcollapse.probe.null import fresh_initializations

    if not seeds:
        return None
    fixed = target.endswith(".pt2") or _built(target, None) is network
    return fresh_initializations(network if fixed else lambda: _built(target, None), measured, seeds)


def _probed(model: "nn.Module", batch: Any, modules: list[str] | None, reduction: str | None) -> "RankProbe":
    """A probe that a batch has run through; what goes wrong in the model is told in one message."""
    import torch

    from rankcollapse.probe.modules import call
    from rankcollapse.probe.rank_probe import RankProbe

    with RankProbe(model, modules, reduction=reduction) as probe, torch.no_grad():
        _told(lambda: call(model, batch), "the model does not take this batch")
    return probe


def _variant(model: "nn.Module", name: str, batch: Any) -> "nn.Module":
    from rankcollapse.probe.variants import variant

    return _told(lambda: variant(model, name, batch), f"{name} cannot be made of this model")


def _told(run: Any, what: str) -> Any:
    """What `run` gives; an exception of the user's code, or an exit that it asks for, becomes one message."""
    try:
        return run()
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise UserError(f"{what}: {type(error).__name__}: {error}") from None


def _number(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _print(frames: dict[str, "pd.DataFrame"], found: dict[str, list[str]], verdicts: dict[str, list[str]]) -> None:
    """The table, what its columns mean, the comparison, the notes and the verdict."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, **({} if sys.stdout.isatty() else {"width": 160}))
    console.print(_table(frames["as built"]))
    for measure, heading in SHOWN.items():
        console.print(f"{heading}: {escape(frames['as built'].attrs[measure])}")
    if verdicts:
        console.print(_comparison(frames))
    for name, words in verdicts.items():
        console.print(f"{name}: {escape(' '.join(words))}")
    if found["never_called"]:
        console.print(f"Never called: {escape(', '.join(found['never_called']))}.")
    for words in [*found["notes"], *found["verdict"]]:
        console.print(escape(words))


def _table(frame: "pd.DataFrame") -> "Table":
    """The rows of a frame."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="outputs of the modules, in the order in which their calls end")
    for heading in ("module", "type", "shape", "reduction", *SHOWN.values()):
        table.add_column(heading, overflow="fold")
    for row in frame.to_dict("records"):
        call = f" call {row['call']}" if row["call"] else ""
        name = escape(f"{row['path'] or '(model)'}{row['output']}{call}")
        table.add_row(name, row["type"], row["shape"], row["reduction"], *(_number(row[measure]) for measure in SHOWN))
    return table


def _comparison(frames: dict[str, "pd.DataFrame"]) -> "Table":
    """Participation ratio and scale of each row of the first frame, and of the others where they have it."""
    from rich.markup import escape
    from rich.table import Table

    from rankcollapse.probe.null import KEY

    table = Table(title="participation ratio / scale")
    for heading in ("module", *frames):
        table.add_column(heading, overflow="fold")
    cells = [
        {
            tuple(row[k] for k in KEY): f"{row['participation_ratio']:.3g} / {row['scale']:.3g}"
            for row in frame.to_dict("records")
        }
        for frame in frames.values()
    ]
    for key in cells[0]:
        table.add_row(escape(f"{key[0] or '(model)'}{key[2]}"), *(of.get(key, "") for of in cells))
    return table


def _write(
    frames: dict[str, "pd.DataFrame"],
    found: dict[str, Any],
    inputs: "pd.DataFrame",
    band: "Null | None",
    plot: Path | None,
    json: Path | None,
    parquet: Path | None,
) -> None:
    """The files that were asked for, each whole or not at all."""
    from rankcollapse.probe.rank_probe import to_table
    from rankcollapse.storage.files import write_json
    from rankcollapse.storage.frames import write_frame

    if parquet:
        write_frame(to_table(frames["as built"]), parquet)
    if json:
        rows = {name: _records(frame) for name, frame in frames.items()}
        null = None if band is None else {"name": band.name, "inside": band.inside, "bands": _records(band.bands)}
        write_json(json, found | {"input": _records(inputs), "rows": rows, "null": null})
    if plot:
        from rankcollapse.probe.plot import plot as draw

        draw(frames, plot, band)


def _records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows for JSON, which has no NaN: a missing value is null."""
    return [
        {name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _judge(frame: "pd.DataFrame", measure: str, limit: float) -> None:
    """Exit with 1 if a hidden state is below the limit, or one is not finite."""
    from rankcollapse.probe.verdict import hidden

    states = hidden(frame)
    below = states[states[measure] < limit]
    if not frame["finite"].all():
        raise UserError(f"{frame[~frame['finite']].iloc[0]['path']} is not finite")
    if states.empty:
        raise UserError("--fail-below: no hidden state has enough columns and units to speak of its rank")
    if not below.empty:
        row = below.iloc[0]
        raise UserError(f"{measure} is {row[measure]:.3g} at {row['path']}, below {limit:g}")
