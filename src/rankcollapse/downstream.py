"""Everything that is made from frames: figures, verdicts, manifest, numbers. Seconds each, no data set, no GPU."""

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
from pydantic import BaseModel, TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from rankcollapse import artifact, numbers
from rankcollapse.config import experiments
from rankcollapse.costs import disk_mb
from rankcollapse.errors import UserError
from rankcollapse.figures import save
from rankcollapse.files import read_json, write_whole
from rankcollapse.frames import read_frame, write_frame
from rankcollapse.latex import advice, missing_packages
from rankcollapse.ledger import Verdict
from rankcollapse.provenance import commit
from rankcollapse.source import settings_hash


def read_frames(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """Frames by name, `EXPERIMENT.PART`."""
    return {path.stem: read_frame(path).to_pandas(use_threads=False) for path in paths}


@contextmanager
def _named_frames() -> Iterator[None]:
    """Turns the lack of a frame, or of a column in one, into a message."""
    try:
        yield
    except KeyError as error:
        raise UserError(f"the frames given lack {error}; give all frames of the experiment, whole") from None


def _modules(frames: dict[str, pd.DataFrame], part: str) -> list[ModuleType]:
    """The module `part` of every experiment that has frames here, or finds all here that it reads of others."""
    present = {name.partition(".")[0] for name in frames}
    return [
        importlib.import_module(f"rankcollapse.experiments.{name}.{part}")
        for name, settings in experiments().items()
        if name in present or (settings.uses and frames.keys() >= set(settings.uses))
    ]


def _json(values: Any) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def draw_figure(name: str, paths: list[Path], outputs: list[Path], settings_sha256: str) -> None:
    """Draw the figure of experiment `name`; commit and hashes go into the files' metadata."""
    if name not in experiments():
        raise UserError(f"there is no experiment {name!r}; there are: {', '.join(experiments())}")
    for output in outputs:
        if output.suffix not in (".png", ".pgf"):
            raise UserError(f"{output}: a figure ends in .png or .pgf")
        if output.suffix == ".pgf" and (missing := missing_packages()):
            raise UserError(advice(missing))
    with _named_frames():
        drawn = importlib.import_module(f"rankcollapse.experiments.{name}.figure").draw(read_frames(paths))
    state = commit()
    metadata = {
        "Title": f"rankcollapse: {name}",
        "Commit": f"{state['commit']}{'' if state['clean'] else ' (tree not clean)'}",
        "Settings-SHA256": settings_sha256,
        "Source": f"rankcollapse.experiments.{name}.figure",
    }
    for output in outputs:
        save(drawn, output, metadata)


def compute_bounds(paths: list[Path], output: Path) -> None:
    """Compute the frame `bounds.theorem` from other frames."""
    theorem = importlib.import_module("rankcollapse.experiments.bounds.theorem")
    with _named_frames():
        write_frame(theorem.compute(read_frames(paths)), output)


def judge_claims(paths: list[Path], output: Path) -> None:
    """Write claims.json: a list with an entry for each claim."""
    frames = read_frames(paths)
    with _named_frames():
        entries = [entry for module in _modules(frames, "claims") for entry in module.judge_all(frames)]
    write_whole(output, _json(sorted(entries, key=lambda entry: (entry["id"][0], int(entry["id"][1:])))))


def collect_manifest(paths: list[Path], scale: str, settings: dict[str, Any], output: Path) -> None:
    """Write manifest.json: the settings of the run and the provenance of every frame."""
    provenance = {path.stem: read_json(path.with_suffix(".json")) for path in paths}
    write_whole(
        output,
        _json(
            {
                "scale": scale,
                **commit(),
                "settings": settings,
                "settings_sha256": {
                    name: settings_hash(section) for name, section in settings.items() if isinstance(section, dict)
                },
                "disk_mb": disk_mb(output.parent),
                "frames": provenance,
            }
        ),
    )


def write_numbers(paths: list[Path], manifest: Path, claims: Path, references: list[Path], output: Path) -> None:
    """Write numbers.tex: the results every run has, then those of each experiment."""
    frames = read_frames(paths)
    run = read_json(manifest)
    results = numbers.from_run(run, read_claims(claims)) | artifact.numbers(
        run, [read_json(path) for path in references]
    )
    with _named_frames():
        for module in _modules(frames, "numbers"):
            results |= module.numbers(frames)
    write_whole(output, numbers.to_tex(results))


class _Condition(BaseModel):
    quantity: str
    verdict: Verdict
    estimate: float
    ci_low: float | None
    ci_high: float | None
    relation: str
    threshold: float
    n: int


class _Claim(BaseModel):
    id: str
    statement: str
    source: str
    figure: str
    estimator: str
    verdict: Verdict
    quantity: str | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    relation: str | None
    threshold: float | None
    n: int
    to_decide: str | None
    conditions: list[_Condition]


_CLAIMS = TypeAdapter(list[_Claim])
COLOURS = {"reproduced": "green", "refuted": "red", "inconclusive": "yellow", "not_run": "dim"}


def read_claims(path: Path) -> list[dict[str, Any]]:
    """The entries of a claims.json.

    Raises:
        UserError: it is not one.
    """
    claims = read_json(path)
    try:
        _CLAIMS.validate_python(claims)
    except ValidationError:
        raise UserError(f"{path} is not the claims.json of a run of this version; make it again") from None
    return claims


def interval_text(condition: dict[str, Any]) -> tuple[str, str]:
    """The ends of a condition's interval, for readers; one that is infinite is left out."""
    return tuple("" if condition[end] is None else f"{condition[end]:.4g}" for end in ("ci_low", "ci_high"))


def condition_texts(condition: dict[str, Any]) -> list[str]:
    """A condition for readers: quantity, estimate, interval, relation and threshold, n."""
    low, high = interval_text(condition)
    return [
        condition["quantity"],
        f"{condition['estimate']:.4g}",
        f"{low} to {high}" if low or high else "",
        f"{condition['relation']} {condition['threshold']:.4g}",
        str(condition["n"]),
    ]


def print_verdicts(path: Path) -> None:
    """Print claims.json as a table on standard output: every claim with each of its conditions."""
    claims = read_claims(path)
    table = Table(title="Claims")
    for heading in ("claim", "verdict", "measured", "estimate", "95% interval", "holds if", "n"):
        table.add_column(heading)
    for claim in claims:
        table.add_section()
        table.add_row(
            claim["id"],
            f"[{COLOURS[claim['verdict']]}]{claim['verdict']}[/]",
            claim["to_decide"] and f"to decide it: {claim['to_decide']}",
        )
        for condition in claim["conditions"]:
            table.add_row("", condition["verdict"].replace("_", " "), *condition_texts(condition))
    console = Console()
    console.width = max(console.width, 110)  # a log has no width of its own
    console.print(table)
    counts = {verdict: sum(claim["verdict"] == verdict for claim in claims) for verdict in COLOURS}
    print(", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in counts.items()))
