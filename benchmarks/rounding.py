"""Rounding as a treatment: all training cells of a run, computed again under other kernels and from nudged weights.

    python benchmarks/rounding.py run RESULTS [--only TREATMENT ...] [--experiments NAME ...] [--cores 2]
    python benchmarks/rounding.py judge RESULTS OUTPUT [--only TREATMENT ...] [--experiments NAME ...]

RESULTS is the folder of a finished run, `results/laptop`. `run` computes what is missing, keeps it in
`RESULTS/rounding/TREATMENT/` and may be killed and started again. `judge` judges every claim on the frames of each
treatment, prints the table, and writes the study to OUTPUT (`results/reference/laptop/rounding.json`), where
`rankcollapse compare` reads how far rounding moves a quantity. The cells without training are those of the run.

A treatment changes rounding and nothing else: the kernels that torch or MKL choose, the number of threads, or every
initial weight and bias by the least step that single precision has, up or down at random.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pandas as pd
import pyarrow as pa
import torch
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from rankcollapse.claims.records import Claim
from rankcollapse.claims.rounding import Moved, Rounding
from rankcollapse.config.scale import check_settings
from rankcollapse.experiments import mlps, rooms
from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.components import start as convolutional
from rankcollapse.experiments.given import Frames, read_frames
from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.provenance.cells import commit, kernels, processor
from rankcollapse.provenance.fingerprints import settings_hash
from rankcollapse.provenance.records import Manifest
from rankcollapse.storage.frames import read_frame, write_frame
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.session import Session


class Treatment(NamedTuple):
    """What is done to rounding: text for readers, variables of the environment, seed of the nudges, threads."""

    text: str
    environment: dict[str, str] | None = None
    nudge: int = 0
    threads: int = 1


NUDGED = "every initial parameter moved by one unit in the last place, up or down"
TREATMENTS = {
    "plain kernels": Treatment("torch's kernels without vector instructions", {"ATEN_CPU_CAPABILITY": "default"}),
    "AVX2 kernels": Treatment("torch's kernels for AVX2", {"ATEN_CPU_CAPABILITY": "avx2"}),
    "MKL compatible": Treatment("products as on every processor", {"MKL_CBWR": "COMPATIBLE"}),
    "two threads": Treatment("two threads, so that sums are split otherwise", threads=2),
    "nudged weights": Treatment(NUDGED, nudge=1),
    "nudged weights again": Treatment(f"{NUDGED}, in other directions", nudge=2),
}


def nudged(draw: Callable[..., Ensemble], seed: int) -> Callable[..., Ensemble]:
    """A function that draws networks, with every parameter moved by one unit in the last place."""

    def moved(*arguments: object, **options: object) -> Ensemble:
        stream = generator("rounding", seed)

        def move(p: torch.Tensor) -> torch.Tensor:
            up = torch.rand(p.shape, generator=stream) < 0.5
            return torch.nextafter(p, torch.where(up, torch.inf, -torch.inf))

        return draw(*arguments, **options).mapped(move)

    return moved


def compute(frame: str, settings: dict, nudge: int, output: Path) -> None:
    """Compute one cell in this process, whose environment has been treated."""
    cell = rooms.cell_type(frame).model_validate(settings)
    module = rooms.module(frame.partition(".")[0], cell.COMPUTED_BY)
    with contextlib.ExitStack() as patches:
        for owner, name in ((mlps, "mlp"), (convolutional, "convnet")) if nudge else ():
            patches.enter_context(mock.patch.object(owner, name, nudged(getattr(owner, name), nudge)))
        write_frame(module.run(cell, device="cpu", session=Session()), output)


def cells(results: Path, experiments: list[str]) -> Iterator[tuple[str, Cell]]:
    """The cells of some experiments of a run that train, with the names of their frames."""
    manifest = Manifest.read(results / "manifest.json")
    for frame, grid in check_settings(manifest.settings, str(results)).grids().items():
        if grid.stage == "training" and frame.partition(".")[0] in experiments:
            yield from ((frame, grid.cell.model_validate(grid.fixed | axis)) for axis in grid.axes)


def place(results: Path, treatment: str, frame: str, cell: Cell) -> Path:
    """The file of a cell under a treatment."""
    name = settings_hash(cell.model_dump(mode="json"))[:16]
    return results / "rounding" / treatment.replace(" ", "-") / frame / f"{name}.parquet"


def run(results: Path, treatments: list[str], experiments: list[str], cores: int) -> None:
    """Compute the cells that are missing, each in a process of its own."""
    for treatment in treatments:
        how = TREATMENTS[treatment]
        jobs = cells(results, experiments)
        missing = [(frame, cell) for frame, cell in jobs if not place(results, treatment, frame, cell).exists()]

        def one(job: tuple[str, Cell], treatment: str = treatment, how: Treatment = how) -> None:
            frame, cell = job
            settings = cell.model_dump_json()
            output = place(results, treatment, frame, cell)
            output.parent.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, __file__, "cell", frame, settings, str(how.nudge), str(how.threads)]
            libraries = {f"{name}_NUM_THREADS": str(how.threads) for name in ("OMP", "MKL", "OPENBLAS")}
            done = subprocess.run(
                [*command, str(output)],
                env=os.environ | (how.environment or {}) | libraries,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise RuntimeError(f"{treatment}, {frame}: {done.stderr}")

        with ThreadPoolExecutor(max(1, cores // how.threads)) as pool:
            list(tqdm(pool.map(one, missing), total=len(missing), desc=treatment))


def judged(frames: Frames, experiments: list[str]) -> list[Claim]:
    """The claims of some experiments."""
    return [claim for name in experiments for claim in rooms.module(name, "judge").judge_all(frames)]


def treated(results: Path, frames: Frames, treatment: str, experiments: list[str]) -> Frames:
    """The frames of a run with those of a treatment in the place of the trained ones."""
    parts: dict[str, list[pa.Table]] = {}
    for frame, cell in cells(results, experiments):
        parts.setdefault(frame, []).append(read_frame(place(results, treatment, frame, cell)))
    trained = {name: pa.concat_tables(tables, promote_options="default") for name, tables in parts.items()}
    return Frames(frames | {name: table.to_pandas() for name, table in trained.items()})


def study(results: Path, treatments: list[str], experiments: list[str]) -> Rounding:
    """What treatments do to what the claims of some experiments rest on."""
    paths = [*sorted((results / "frames").glob("*.parquet")), *sorted((results / "derived").glob("*.parquet"))]
    frames = read_frames(paths)
    default = judged(frames, experiments)
    others = {name: judged(treated(results, frames, name, experiments), experiments) for name in treatments}
    by_name = {
        treatment: {(claim.id, each.quantity): each.estimate for claim in claims for each in claim.conditions}
        for treatment, claims in others.items()
    }
    moved = []
    for claim in default:
        for found in claim.conditions:  # a treatment under which a claim could not be judged has no estimate
            name = (claim.id, found.quantity)
            estimates = {key: measured[name] for key, measured in by_name.items() if name in measured}
            if any(estimate != found.estimate for estimate in estimates.values()):
                moved.append(Moved(claim=claim.id, quantity=found.quantity, default=found, estimates=estimates))
    verdicts = {
        claim.id: {"default": claim.verdict}
        | {name: {each.id: each.verdict for each in claims}[claim.id] for name, claims in others.items()}
        for claim in default
    }
    made = {"processor": processor(), "instructions": torch.backends.cpu.get_cpu_capability(), "kernels": kernels()}
    return Rounding(
        **dict(commit()),
        **made,
        treatments={name: TREATMENTS[name].text for name in treatments},
        conditions=moved,
        verdicts=verdicts,
    )


def show(found: Rounding) -> None:
    """Print the study."""
    table = Table(title="estimates under every treatment; * outside the default's 95% interval")
    for heading in ("claim", "measured", "default", *found.treatments):
        table.add_column(heading)
    if not found.conditions:
        print("no treatment moved any estimate")
        return
    for each in found.conditions:
        low, high = each.default.interval[1:3]
        marks = dict.fromkeys(found.treatments, "")
        for (name, estimate), inside in zip(each.estimates.items(), each.covered, strict=True):
            marks[name] = f"{estimate:.3g}{'' if inside else ' *'}"
        default = f"{each.default.estimate:.3g} [{low:.3g}, {high:.3g}]"
        table.add_row(each.claim, each.default.text, default, *marks.values())
    console = Console()
    console.width = max(console.width, 200)
    console.print(table)
    covered = [inside for each in found.conditions for inside in each.covered]
    changed = {id: by for id, by in found.verdicts.items() if len(set(by.values())) > 1}
    flipped = [id for id, by in changed.items() if {"reproduced", "refuted"} <= set(by.values())]
    share = sum(covered) / len(covered)
    print(f"pairs of condition and treatment that are covered: {sum(covered)} of {len(covered)}, {share:.3f}")
    print(f"verdicts that change: {pd.DataFrame(changed).T.to_string() if changed else 'none'}")
    print(f"verdicts that flip between reproduced and refuted: {', '.join(flipped) or 'none'}")


def main() -> None:
    """Read the command line."""
    if sys.argv[1:2] == ["cell"]:
        frame, settings, nudge, threads, output = sys.argv[2:]
        torch.set_num_threads(int(threads))
        return compute(frame, json.loads(settings), int(nudge), Path(output))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True, dest="verb")
    runs, judges = verbs.add_parser("run"), verbs.add_parser("judge")
    for verb in (runs, judges):
        verb.add_argument("results", type=Path, help="folder of a finished run")
        verb.add_argument("--only", nargs="+", choices=TREATMENTS, default=list(TREATMENTS))
        verb.add_argument("--experiments", nargs="+", choices=rooms.names(), default=rooms.names())
    runs.add_argument("--cores", type=int, default=2)
    judges.add_argument("output", type=Path, help="file of the study")
    arguments = parser.parse_args()
    if arguments.verb == "run":
        return run(arguments.results, arguments.only, arguments.experiments, arguments.cores)
    found = study(arguments.results, arguments.only, arguments.experiments)
    found.write(arguments.output)
    show(found)
    return None


if __name__ == "__main__":
    main()
