"""How a scale would fill several GPUs: a simulation of its graph with predicted job times.

    python benchmarks/cluster.py [--scale paper] [--config KEY=VALUE ...]

No whole run of scale `paper` exists. Times are those of `rankcollapse.experiments.costs`: the jobs of the reference
results that ran on one core of a CPU, times the operations that the jobs of this scale have more. What the table
compares is therefore the shape of the graph (ratios), not hours on a GPU, which speeds up large networks more than
small ones.

A job takes the first GPU that is free; which job is next nobody promises, so times are medians over random orders.
`longest first` is one order, by times that a cluster does not know. Jobs without a GPU have cores enough, and take the
time of a start. What waits for what is taken from Snakemake's own graph of the scale.
"""

import argparse
import heapq
import random
import re
import statistics
import subprocess
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table
from snakemake.utils import update_config

from rankcollapse.config.scale import check_settings
from rankcollapse.config.validation import literal
from rankcollapse.experiments.costs import START_UP, Costs, Job, measured

GPUS = (1, 4, 16, 64)
ORDERS = 20  # random ones


def predicted(scale: str, config: list[str]) -> dict[tuple[str, str], float]:
    """Seconds of every job of a scale, by its frame and its name in the graph."""
    values = yaml.safe_load(Path(f"config/{scale}.yaml").read_text(encoding="utf-8"))
    update_config(values, {key: literal(value) for key, _, value in (pair.partition("=") for pair in config)})
    costs = Costs(measured(Path("results/reference")))
    return {
        (frame, "+".join(f"{key}~{value}" for key, value in job.items() if key != "each")): costs.seconds(
            Job(frame, grid.fixed | job)
        )
        for frame, grid in check_settings(values, scale).grids().items()
        for job in grid.jobs()
    }


def graph(config: list[str], seconds: dict[tuple[str, str], float]) -> tuple[list[float], list[bool], list[list[int]]]:
    """Snakemake's graph: of every job the seconds, whether it takes a GPU, and the jobs it waits for."""
    command = ["snakemake", "--dag", "--forceall", "--config", *config]
    dot = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    nodes = {int(number): label for number, label in re.findall(r'^\s*(\d+)\[label = "(.*?)", color', dot, re.M)}
    times, on_gpu = [], []
    for number in sorted(nodes):
        cell = re.fullmatch(r"\w+\\ncell: (.*)\\nframe: (.*)", nodes[number])
        times.append(seconds[cell[2], cell[1]] if cell else START_UP)
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
    """Predict, simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="paper")
    parser.add_argument("--config", nargs="*", default=[], help="other settings, as Snakemake takes them")
    arguments = parser.parse_args()
    seconds = predicted(arguments.scale, arguments.config)
    times, on_gpu, before = graph([f"scale={arguments.scale}", *arguments.config], seconds)
    console = Console()
    stages: dict[str, list[float]] = {}
    for (frame, _), value in seconds.items():
        stages.setdefault(frame, []).append(value / 3600)
    table = Table(title=f"CPU hours of the jobs of scale {arguments.scale}, predicted")
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
