"""How fast convolutional networks train: this library against a plain loop with a DataLoader, in one run.

    python benchmarks/convolutional.py [--device cpu|cuda] [--threads 2] [--width 0.25] [--batch 128]

The case: VGG-19 with BN, random images of 32×32 with one channel, cross entropy, plain SGD.
Peer: `nn.Sequential` of `Conv2d`, `BatchNorm2d`, `ReLU` and `MaxPool2d`, `torch.optim.SGD`, a `DataLoader` over a
`TensorDataset` that shuffles, batches moved to the device one by one; `--workers` gives the loader processes. On CUDA
ours uses mixed precision and keeps the images on the device. Each is timed five times in turn; medians are compared.
On a CPU both are also timed as the workflow runs cells: as many jobs at once as there are threads, one thread a job.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from rich.console import Console
from rich.table import Table
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from rankcollapse.networks.convolutional import CHANNELS, VGG, convnet
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.data import Data
from rankcollapse.training.trainer import Plan, train

REPEATS, KEY = 5, ("benchmark", 0)


def ours(images: torch.Tensor, labels: torch.Tensor, width: float, batch: int, device: str):
    """A function that trains one network for an epoch."""
    network = convnet("vgg19", width, "full", 10, channels=1, generators=[generator(*KEY)], device=device)
    data = Data.shared(images.to(device), labels.to(device), 1)
    precision = "bfloat16" if device == "cuda" else "float32"
    plan = Plan(step_sizes=[0.01], batch_size=batch, epochs=1, keys=[KEY], precision=precision)

    def run() -> None:
        train(network, data, plan)

    return run


def peer(images: torch.Tensor, labels: torch.Tensor, width: float, batch: int, device: str, workers: int):
    """A function that trains one plain network for an epoch."""
    modules, inputs = [], 1
    for layers, channels in zip(VGG[19], CHANNELS, strict=True):
        for _ in range(layers):
            outputs = round(width * channels)
            modules += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        modules.append(nn.MaxPool2d(2))
    network = nn.Sequential(*modules, nn.Flatten(), nn.Linear(inputs, 10)).to(device)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    loader = DataLoader(TensorDataset(images, labels), batch, shuffle=True, num_workers=workers, drop_last=True)

    def run() -> None:
        for X, y in loader:
            optimizer.zero_grad()
            F.cross_entropy(network(X.to(device)), y.to(device)).backward()
            optimizer.step()

    return run


def job(make, case: tuple, start: "multiprocessing.Barrier", rates: "multiprocessing.Queue") -> None:
    """One job of one thread among several that start together; gives its images a second."""
    torch.set_num_threads(1)
    run = make(*case)
    run()
    start.wait()
    begin = time.perf_counter()
    for _ in range(REPEATS):
        run()
    rates.put(REPEATS * len(case[0]) / (time.perf_counter() - begin))


def side_by_side(make, case: tuple, jobs: int) -> float:
    """Images a second of so many jobs of one thread each, together."""
    context = multiprocessing.get_context("spawn")
    start, rates = context.Barrier(jobs), context.Queue()
    processes = [context.Process(target=job, args=(make, case, start, rates)) for _ in range(jobs)]
    for process in processes:
        process.start()
    total = sum(rates.get(timeout=600) for _ in processes)
    for process in processes:
        process.join()
    return total


def case_of(images: int, width: float, batch: int, device: str) -> tuple:
    """Random images and labels, and the rest of a case."""
    draw = torch.Generator().manual_seed(0)
    pixels = torch.rand(images, 1, 32, 32, generator=draw)
    return pixels, torch.randint(10, (images,), generator=draw), width, batch, device


def measured() -> Iterator[tuple[str, float]]:
    """The ratio at each batch by its name, quarter width, one thread, five runs in turn."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    for batch in (32, 64, 128):
        case = case_of(640, 0.25, batch, "cpu")
        runs, times = (peer(*case, 0), ours(*case)), []
        for _ in range(REPEATS + 1):
            for run in runs:
                start = time.perf_counter()
                run()
                times.append(time.perf_counter() - start)
        ratios = [slow / fast for slow, fast in zip(times[2::2], times[3::2], strict=True)]  # the first pair warms up
        yield f"VGG-19 images ÷ plain PyTorch's, batch {batch}, 1 thread", statistics.median(ratios)
    torch.set_num_threads(before)


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--width", type=float, default=0.25)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--images", type=int, default=1280)
    parser.add_argument("--workers", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    case = case_of(arguments.images, arguments.width, arguments.batch, arguments.device)
    contestants = {"ours": ours(*case), "peer": peer(*case, arguments.workers)}
    rates = {name: [] for name in contestants}
    for repeat in range(REPEATS + 1):
        for name, run in contestants.items():
            start = time.perf_counter()
            run()
            if arguments.device == "cuda":
                torch.cuda.synchronize()
            if repeat:  # the first one warms up
                rates[name].append(arguments.images / (time.perf_counter() - start))
    table = Table(title=f"{arguments.device}, {arguments.threads} threads, torch {torch.__version__}")
    for heading in ("what", "value"):
        table.add_column(heading)
    middle = {name: statistics.median(values) for name, values in rates.items()}
    for name, values in rates.items():
        table.add_row(f"{name}, images a second", f"{middle[name]:.0f} ({min(values):.0f} to {max(values):.0f})")
    table.add_row("ours ÷ peer", f"{middle['ours'] / middle['peer']:.2f}")
    if arguments.device == "cpu":
        jobs = {
            "ours": side_by_side(ours, case, arguments.threads),
            "peer": side_by_side(peer, (*case, arguments.workers), arguments.threads),
        }
        for name, together in jobs.items():
            table.add_row(f"{name}, one thread a job", f"{together:.0f}")
        table.add_row("ours ÷ peer, one thread a job", f"{jobs['ours'] / jobs['peer']:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
