"""How fast an ensemble trains: this library against one plain network after another, in one run.

    python benchmarks/training.py [--device cpu|cuda] [--threads 2]

The case: 15 ReLU MLPs with BN, width 128, 32 hidden-to-hidden layers, batch 128, plain SGD, on the embedded images.
Peer: `nn.Sequential` of `Linear`, `BatchNorm1d` and `ReLU`, `torch.optim.SGD`, the same data on the same device, as
many steps. Each is timed five times in turn, and medians are compared. A model-step is one step of one network.

The share of a step that is spent in matrix products is what torch's profiler gives them of the time that the device (a
CPU's own) spends in all operations, the median of five steps. The members stepped at once on a CPU are varied as well.
"""

import argparse
import statistics
import time

import torch
import torch.nn.functional as F
from rich.console import Console
from rich.table import Table
from torch import nn
from torch.profiler import ProfilerActivity, profile

from rankcollapse.datasets.fetch import fetch
from rankcollapse.datasets.load import load_training_set
from rankcollapse.networks import mlp as networks
from rankcollapse.networks.mlp import mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.data import Data
from rankcollapse.training.trainer import Plan, train

MEMBERS, WIDTH, DEPTH, BATCH, STEPS, REPEATS = 15, 128, 32, 128, 20, 5


def wait(device: str) -> None:
    """Wait for a GPU to finish what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()


def ours(images: torch.Tensor, labels: torch.Tensor, steps: int = STEPS):
    """A function that trains a fresh ensemble for so many steps."""
    network = mlp(
        images[0].numel(),
        WIDTH,
        DEPTH,
        10,
        normalized=True,
        generators=[generator("benchmark", member) for member in range(MEMBERS)],
        device=images.device,
    )
    data = Data.shared(images[: steps * BATCH], labels[: steps * BATCH], MEMBERS)
    keys = [("benchmark", member) for member in range(MEMBERS)]
    plan = Plan(step_sizes=[0.01] * MEMBERS, batch_size=BATCH, epochs=1, keys=keys)

    def run() -> None:
        train(network, data, plan)

    return run


def peer(images: torch.Tensor, labels: torch.Tensor):
    """A function that trains plain networks, one after another, for as many steps each."""
    plain = []
    for _ in range(MEMBERS):
        modules, fan_in = [nn.Flatten()], images[0].numel()
        for _ in range(DEPTH + 1):
            modules += [nn.Linear(fan_in, WIDTH), nn.BatchNorm1d(WIDTH), nn.ReLU()]
            fan_in = WIDTH
        plain.append(nn.Sequential(*modules, nn.Linear(WIDTH, 10)).to(images.device))

    def run() -> None:
        for network in plain:
            optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
            for index in torch.randperm(STEPS * BATCH).to(images.device).split(BATCH):
                optimizer.zero_grad()
                F.cross_entropy(network(images[index]), labels[index]).backward()
                optimizer.step()

    return run


def rate(run, device: str) -> float:
    """Model-steps a second of one run."""
    wait(device)
    start = time.perf_counter()
    run()
    wait(device)
    return MEMBERS * STEPS / (time.perf_counter() - start)


def share_of_products(images: torch.Tensor, labels: torch.Tensor) -> float:
    """Share of the time of all operations of a step that matrix products take."""
    one, many = ours(images, labels, steps=1), ours(images, labels)
    shares = []
    for _ in range(REPEATS):
        many()  # the profiler disturbs memory; this settles it again
        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiled:
            one()
        events = profiled.key_averages()
        times = {event.key: event.self_device_time_total or event.self_cpu_time_total for event in events}
        products = sum(taken for key, taken in times.items() if key in ("aten::bmm", "aten::baddbmm"))
        shares.append(products / sum(times.values()))
    return statistics.median(shares)


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    fetch("fashion-mnist-mini")
    images, labels = (tensor.to(arguments.device) for tensor in load_training_set("fashion-mnist-mini"))
    contestants = {"ours": ours(images, labels), "peer": peer(images, labels)}
    for run in contestants.values():
        run()
    rates = {name: [] for name in contestants}
    for _ in range(REPEATS):
        for name, run in contestants.items():
            rates[name].append(rate(run, arguments.device))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    table = Table(title=f"{arguments.device}, {arguments.threads} threads, torch {torch.__version__}")
    for heading in ("what", "value"):
        table.add_column(heading)
    for name, values in rates.items():
        table.add_row(f"{name}, model-steps a second", f"{middle[name]:.0f} ({min(values):.0f} to {max(values):.0f})")
    table.add_row("ours ÷ peer", f"{middle['ours'] / middle['peer']:.2f}")
    table.add_row("share of a step in matrix products", f"{share_of_products(images, labels):.2f}")
    if arguments.device == "cpu":
        for members in (1, 2, 4, 8, 15):
            networks.MEMBERS_AT_ONCE = members
            found = statistics.median(rate(contestants["ours"], "cpu") for _ in range(REPEATS))
            table.add_row(f"ours, {members} members at once, model-steps a second", f"{found:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
