"""How fast ensembles train: against autograd, and against one plain network after another, in one run.

    python benchmarks/training.py [--device cpu|cuda] [--threads 1 2]

The case: ReLU MLPs, width 128, 32 hidden-to-hidden layers, plain SGD, on the embedded images; a model-step is one step
of one network. All that are compared take turns, five times each, and medians of the ratios are given.

*Autograd*: the same ensemble of 8 whose gradients autograd writes to memory and an optimizer adds. *Plain*: 15 networks
with BN at batch 128, each an `nn.Sequential` of `Linear`, `BatchNorm1d` and `ReLU` with `torch.optim.SGD`, on the same
data and device, against 15 of ours. *At once*: 16 networks, so many of them stepped together. *Products*: the share of
a step's time that torch's profiler gives to matrix products, the median of five.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from unittest import mock

import torch
import torch.nn.functional as F
from report import show
from torch import nn
from torch.profiler import ProfilerActivity, profile

from rankcollapse.datasets.fetch import fetch
from rankcollapse.datasets.load import load_training_set
from rankcollapse.networks import mlp as networks
from rankcollapse.networks.mlp import MLP, mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.data import Data
from rankcollapse.training.trainer import Plan, train

WIDTH, DEPTH, STEPS, REPEATS = 128, 32, 40, 5
TOGETHER, PLAIN = 8, 15  # members against autograd, and against plain networks

Images = tuple[torch.Tensor, torch.Tensor]


def training_images(device: str) -> Images:
    """The embedded images and their labels."""
    fetch("fashion-mnist-mini")
    images, labels = load_training_set("fashion-mnist-mini")
    return images.to(device), labels.to(device)


def ours(
    data: Images, members: int, batch: int, normalized: bool, *, width: int = WIDTH, depth: int = DEPTH
) -> Callable[[], None]:
    """A function that trains an ensemble for `STEPS` steps."""
    images, labels = (tensor[: STEPS * batch] for tensor in data)
    keys = [("benchmark", member) for member in range(members)]
    streams = [generator(*key) for key in keys]
    network = mlp(images[0].numel(), width, depth, 10, normalized=normalized, generators=streams, device=images.device)
    plan = Plan(step_sizes=[0.01] * members, batch_size=batch, epochs=1, keys=keys)
    return lambda: train(network, Data.shared(images, labels, members), plan)


def by_autograd(run: Callable[[], None]) -> Callable[[], None]:
    """The same training with autograd's gradients and an optimizer."""

    def trained() -> None:
        with mock.patch.object(MLP, "backpropagation", return_value=None):
            run()

    return trained


def at_once(run: Callable[[], None], members: int) -> Callable[[], None]:
    """The same training with so many members stepped together."""

    def trained() -> None:
        with mock.patch.object(networks, "MEMBERS_AT_ONCE", members):
            run()

    return trained


def plain(data: Images) -> Callable[[], None]:
    """A function that trains plain networks with BN, one after another, for as many steps each."""
    images, labels = data
    every = []
    for _ in range(PLAIN):
        modules, fan_in = [nn.Flatten()], images[0].numel()
        for _ in range(DEPTH + 1):
            modules += [nn.Linear(fan_in, WIDTH), nn.BatchNorm1d(WIDTH), nn.ReLU()]
            fan_in = WIDTH
        every.append(nn.Sequential(*modules, nn.Linear(WIDTH, 10)).to(images.device))

    def run() -> None:
        for network in every:
            optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
            for index in torch.randperm(STEPS * 128).to(images.device).split(128):
                optimizer.zero_grad()
                F.cross_entropy(network(images[index]), labels[index]).backward()
                optimizer.step()

    return run


def seconds(run: Callable[[], None], device: str = "cpu") -> float:
    """What a run takes."""
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    wait()
    start = time.perf_counter()
    run()
    wait()
    return time.perf_counter() - start


def faster(run: Callable[[], None], other: Callable[[], None], device: str = "cpu") -> float:
    """How many times as fast as the other a run is; both take turns."""
    run(), other()
    return statistics.median(seconds(other, device) / seconds(run, device) for _ in range(REPEATS))


def share_of_products(data: Images, batch: int, normalized: bool) -> float:
    """Share of the time of all operations of a training that matrix products take."""
    run, shares = ours(data, TOGETHER, batch, normalized), []
    for _ in range(REPEATS):
        run()  # the profiler disturbs memory; this settles it again
        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiled:
            run()
        events = profiled.key_averages()
        times = {event.key: event.self_device_time_total or event.self_cpu_time_total for event in events}
        products = sum(taken for key, taken in times.items() if key in ("aten::bmm", "aten::baddbmm", "aten::baddbmm_"))
        shares.append(products / sum(times.values()))
    return statistics.median(shares)


def measured(device: str = "cpu", threads: tuple[int, ...] = (1, 2)) -> Iterator[tuple[str, float]]:
    """Every measurement by its name."""
    data, before = training_images(device), torch.get_num_threads()
    for number in threads:
        torch.set_num_threads(number)
        on = f"{number} thread{'s' if number > 1 else ''}" if device == "cpu" else device
        if number == 1:
            for batch in (64, 128):
                for normalized in (False, True):
                    run = ours(data, TOGETHER, batch, normalized)
                    kind = "with BN" if normalized else "without BN"
                    yield f"MLP step ÷ autograd's, batch {batch}, {kind}, {on}", faster(run, by_autograd(run), device)
            usual = ours(data, 16, 128, True)
            for members in (1, 2, 4, 16):
                yield f"MLP step, {members} at once ÷ 8 at once, {on}", faster(at_once(usual, members), usual, device)
        yield f"MLP step ÷ plain PyTorch's, with BN, {on}", faster(ours(data, PLAIN, 128, True), plain(data), device)
        yield f"MLP step, share in products, batch 128, with BN, {on}", share_of_products(data, 128, True)
    torch.set_num_threads(before)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    show(dict(measured(arguments.device, tuple(arguments.threads))), f"training, {arguments.device}")


if __name__ == "__main__":
    main()
