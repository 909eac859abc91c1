"""How a scale would fill several GPUs: a simulation of its graph with measured job times.

    python benchmarks/cluster.py [--scale paper] [--config KEY=VALUE ...] [--times times.json]

No run of scale `paper` exists. Times are extrapolated: every kind of cell is run at its full size (width, batch,
members, images of the right shape with random content) for a few steps on this machine's CPU, with one thread, and the
CPU time of a step is multiplied by the steps that the cell has. What the table compares is therefore the shape of the
graph (ratios), not hours on a GPU, which speeds up large networks more than small ones. Loading, evaluation
and probes, about 1% of the steps, are left out. `--times` keeps the times in a file for the next time.

A job takes the first GPU that is free; which job is next nobody promises, so times are medians over random orders.
`longest first` is one order, by times that a cluster does not know. Jobs without a GPU have cores enough, and take the
time of a start. What waits for what is taken from Snakemake's own graph of the scale.
"""

import argparse
import contextlib
import heapq
import json
import multiprocessing
import random
import re
import statistics
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import torch
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table
from snakemake.utils import update_config

from rankcollapse.config.scale import check_settings
from rankcollapse.config.validation import literal
from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments import mlps, rooms
from rankcollapse.experiments.base import Grid
from rankcollapse.training import outcomes
from rankcollapse.training.contest import legs
from rankcollapse.training.session import Session

GPUS = (1, 4, 16, 64)
START_UP = 3.0  # seconds of a job before its first step
ORDERS = 20  # random ones
IDLE_NAMES = ("initialization", "gamma", "optimizer", "first_seed")  # what leaves the work of a step as it is


class Enough(Exception):
    """The phases that were to be timed are done."""


class Sampled(Session):
    """A session that does three steps of a phase: one that also prepares, one that is timed, and the last.

    Attributes:
        phases: name, steps of the whole phase and seconds a step of every phase.
    """

    def __init__(self, last: str = ""):
        super().__init__()
        self.phases: list[tuple[str, int, float]] = []
        self.last = last

    def phase(self, name, steps, state, restore):
        """Yields the three steps; the last for what follows it."""
        self.clock[name], self._seconds = [], lambda: 0.0
        yield 0
        start = time.process_time()
        yield min(1, steps - 1)
        self.phases.append((name, steps, time.process_time() - start))
        if name == self.last:
            raise Enough
        yield steps - 1


def random_images(name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images and labels like those of a data set, in shape and number."""
    dataset, draw = find(name), torch.Generator().manual_seed(0)
    samples = dataset.samples["train"]
    return torch.rand(samples, *dataset.shape, generator=draw), torch.arange(samples) % dataset.classes


def no_evaluation(network, data, batch_size) -> tuple[torch.Tensor, torch.Tensor]:
    """Losses and accuracies of no meaning."""
    return torch.zeros(network.members), torch.zeros(network.members)


def trained_share(sizes: int) -> float:
    """Share of the members that are trained, over all steps, where networks compete at so many step sizes."""
    steps, left, before, done = 2**12, sizes, 0, 0.0
    for leg in legs([0] * sizes, steps):
        done += left * (leg.last - before)
        left, before = leg.keep, leg.last
    return (done + left * (steps - before)) / (sizes * steps)


def measure(frame: str, arguments: dict[str, Any]) -> tuple[float, float]:
    """Seconds of a cell, and beside them those of each of its `seeds` where seeds may be cut into several cells.

    Parts of the cell are run, and count as many times as the cell has them.
    """
    cell = rooms.cell_type(frame)
    run = rooms.module(frame.partition(".")[0], cell.COMPUTED_BY).run
    for functions in (run.__globals__, vars(mlps), vars(outcomes)):
        functions.update(load_training_set=random_images, evaluate=no_evaluation)

    def timed(times: float, **changed) -> tuple[float, float]:
        start = time.process_time()
        session = {"session": Sampled()} if "session" in run.__annotations__ else {}
        run(cell.model_validate(arguments | changed), device="cpu", **session)
        return times * (time.process_time() - start), 0.0

    def phases(last: str = "", **changed) -> dict[str, float]:
        """Seconds of the phases up to this one."""
        session = Sampled(last)
        with contextlib.suppress(Enough):
            run(cell.model_validate(arguments | changed), device="cpu", session=session)
        return {name: steps * seconds for name, steps, seconds in session.phases}

    layers = arguments.get("layers", 0)
    if frame == "stationary_rank.chain":
        return timed(arguments["measurements"], layers=layers // arguments["measurements"], measurements=1)
    if frame == "extreme_depth.chain":
        return timed(layers / arguments["stride"], layers=arguments["stride"])
    if frame == "surviving_directions.spectrum":
        return timed(layers / 200, layers=200)
    if frame == "collapse.spectrum":
        return timed(layers / 1000, layers=1000)  # its burn-in is a tenth, and at least 100
    if frame == "bounds.drift":
        draws = 2_000_000 // arguments["width"] ** 2  # one of its batches
        return timed(arguments["draws"] / draws, draws=draws)
    if frame in ("components.blocks", "components.depths"):  # one network of one variant, and its pre-training
        one = {"seeds": 1, "normalizations": ["full"], "initializations": ["torch_default"]}
        seeds, starts = arguments["seeds"], arguments["initializations"]
        total, _ = timed(seeds * len(arguments["normalizations"]) * len(starts), **one)
        if "pretrained" in starts and arguments["architecture"].startswith("vgg"):
            lifted = one | {"normalizations": ["none"], "initializations": ["pretrained"]}
            total += seeds * phases("pre-training", **lifted)["pre-training"]
        return total, 0.0
    if frame == "components.training":  # members run one after another: one of them is timed
        found, sizes = phases("training", step_sizes=[1e-6], seeds=1), len(arguments["step_sizes"])
        return 0.0, sizes * trained_share(sizes) * found["training"] + found.get("pre-training", 0.0)
    if "session" in run.__annotations__:
        competing = arguments.get("search", True) and "step_sizes" in arguments
        share = trained_share(len(arguments["step_sizes"])) if competing else 1.0
        return sum(seconds * (share if name == "training" else 1) for name, seconds in phases().items()), 0.0
    return timed(1)


def cells(grids: dict[str, Grid]) -> dict[tuple[str, str, int], dict[str, Any]]:
    """The arguments of every cell, by its frame, the name of its job in the graph, and its number in the job."""
    return {
        (frame, "+".join(f"{key}~{value}" for key, value in job.items() if key != "each"), number): (
            grid.fixed | {key: value for key, value in job.items() if key != "each"} | further
        )
        for frame, grid in grids.items()
        for job in grid.jobs()
        for number, further in enumerate(job.get("each", [{}]))
    }


def kind(frame: str, arguments: dict[str, Any]) -> str:
    """Cells of a kind take the same time."""
    pretrained = {"pretrained": True} if arguments.get("initialization") == "pretrained" else {}
    idle = (*IDLE_NAMES, "seeds") if frame == "components.training" else IDLE_NAMES
    kept = {key: value for key, value in arguments.items() if key not in idle} | pretrained
    return f"{frame} {json.dumps(kept, sort_keys=True)}"


def graph(config: list[str], seconds: dict[tuple[str, str], float]) -> tuple[list[float], list[bool], list[list[int]]]:
    """Snakemake's graph: of every job the seconds, whether it takes a GPU, and the jobs it waits for."""
    command = ["snakemake", "--dag", "--forceall", "--config", *config]
    dot = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    nodes = {int(number): label for number, label in re.findall(r'^\s*(\d+)\[label = "(.*?)", color', dot, re.M)}
    times, on_gpu = [], []
    for number in sorted(nodes):
        cell = re.fullmatch(r"\w+\\ncell: (.*)\\nframe: (.*)", nodes[number])
        times.append(START_UP + (seconds[cell[2], cell[1]] if cell else 0))
        on_gpu.append(bool(cell))
    before = [[] for _ in nodes]
    for first, second in re.findall(r"^\s*(\d+) -> (\d+)", dot, re.M):
        before[int(second)].append(int(first))
    return times, on_gpu, before


def longest_chain(times: list[float], before: list[list[int]]) -> float:
    """Seconds of the longest chain of jobs of which each waits for the one before."""
    ends: dict[int, float] = {}

    def end(job: int) -> float:
        if job not in ends:
            ends[job] = times[job] + max(map(end, before[job]), default=0.0)
        return ends[job]

    return max(map(end, range(len(times))))


def makespan(times: list[float], on_gpu: list[bool], before: list[list[int]], gpus: int, order: list[int]) -> float:
    """Seconds until all jobs are done, those that are ready started in this order."""
    rank = {job: place for place, job in enumerate(order)}
    waits = [len(jobs) for jobs in before]
    after = [[] for _ in times]
    for job, jobs in enumerate(before):
        for other in jobs:
            after[other].append(job)
    ready = [(rank[job], job) for job in range(len(times)) if not waits[job]]
    heapq.heapify(ready)
    running: list[tuple[float, int]] = []
    queue: list[tuple[int, int]] = []  # ready, and waiting for a GPU
    now, free = 0.0, gpus
    while ready or running or queue:
        while ready:
            place, job = heapq.heappop(ready)
            if on_gpu[job]:
                heapq.heappush(queue, (place, job))
            else:
                heapq.heappush(running, (now + times[job], job))
        while queue and free:
            _, job = heapq.heappop(queue)
            free -= 1
            heapq.heappush(running, (now + times[job], job))
        now, job = heapq.heappop(running)
        free += on_gpu[job]
        for other in after[job]:
            waits[other] -= 1
            if not waits[other]:
                heapq.heappush(ready, (rank[other], other))
    return now


def main() -> None:
    """Measure, simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="paper")
    parser.add_argument("--times", type=Path, help="JSON file of measured times, read and added to")
    parser.add_argument("--config", nargs="*", default=[], help="other settings, as Snakemake takes them")
    parser.add_argument("--jobs", type=int, default=1, help="measured side by side, one thread each")
    arguments = parser.parse_args()
    values = yaml.safe_load(Path(f"config/{arguments.scale}.yaml").read_text(encoding="utf-8"))
    update_config(values, {key: literal(value) for key, _, value in (pair.partition("=") for pair in arguments.config)})
    all_cells = cells(check_settings(values, arguments.scale).grids())
    kinds = {name: kind(name[0], settings) for name, settings in all_cells.items()}
    measured = json.loads(arguments.times.read_text()) if arguments.times and arguments.times.exists() else {}
    missing = {kinds[name]: name for name in all_cells if kinds[name] not in measured}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(arguments.jobs, context, torch.set_num_threads, (1,)) as pool:
        found = pool.map(measure, (frame for frame, *_ in missing.values()), map(all_cells.get, missing.values()))
        for label in track(missing, "measuring", console=Console(stderr=True)):
            measured[label] = next(found)
            if arguments.times:
                arguments.times.write_text(json.dumps(measured, indent=1))
    seconds: dict[tuple[str, str], float] = {}
    for (frame, job, number), label in kinds.items():
        cell, each = measured[label]
        of_cell = cell + each * all_cells[frame, job, number].get("seeds", 0)
        seconds[frame, job] = seconds.get((frame, job), 0.0) + of_cell
    times, on_gpu, before = graph([f"scale={arguments.scale}", *arguments.config], seconds)
    console = Console()
    stages: dict[str, list[float]] = {}
    for (frame, _), value in seconds.items():
        stages.setdefault(frame, []).append(value / 3600)
    table = Table(title=f"CPU hours of the jobs of scale {arguments.scale}, extrapolated")
    for heading in ("frame", "jobs", "all", "longest"):
        table.add_column(heading, justify="left" if heading == "frame" else "right")
    for frame, hours in sorted(stages.items(), key=lambda item: -sum(item[1])):
        table.add_row(frame, str(len(hours)), f"{sum(hours):.2f}", f"{max(hours):.2f}")
    console.print(table)
    work = sum(value for value, gpu in zip(times, on_gpu, strict=True) if gpu)
    chain = longest_chain(times, before)
    table = Table(
        title=f"{len(times)} jobs, {sum(on_gpu)} on GPUs; longest chain {chain / 3600:.1f} h of {work / 3600:.1f} h"
    )
    for heading in ("GPUs", "makespan, h", "speed-up", "idle", "idle, longest first"):
        table.add_column(heading, justify="right")
    draw = random.Random(0)
    orders = [draw.sample(range(len(times)), len(times)) for _ in range(ORDERS)]
    longest_first = sorted(range(len(times)), key=lambda job: -times[job])
    for gpus in GPUS:
        span = statistics.median(makespan(times, on_gpu, before, gpus, order) for order in orders)
        informed = makespan(times, on_gpu, before, gpus, longest_first)
        idle = [f"{1 - work / gpus / end:.0%}" for end in (span, informed)]
        table.add_row(str(gpus), f"{span / 3600:.1f}", f"{work / span:.1f}", *idle)
    console.print(table)
    console.print(" ".join(__doc__.split("\n\n")[2].split()), highlight=False)


if __name__ == "__main__":
    main()
