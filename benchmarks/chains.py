"""How fast random chains are: this library against a textbook loop and against the bare limit, in one run.

    python benchmarks/chains.py [--device cpu|cuda] [--seconds 3]

Textbook: one chain, float64 NumPy, the recursion on M with `I + γW` formed, two full products, normalization by dense
diagonal matrices, `r` measured every 10,000 layers; where it loses positive definiteness to rounding and turns to
NaN, it is timed all the same. Bare limit: drawing the same normals and multiplying the same
matrices as this library does, and nothing else. All three share the machine and its threads; each is timed three
times in turn, and medians are compared. Layers a second count the layers of all chains.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Iterator

import numpy as np
import torch
from report import peak_memory
from rich.console import Console
from rich.table import Table

from rankcollapse.theory.propagation import propagate
from rankcollapse.theory.spectra import participation_ratio

CHAINS = {8: 1024, 32: 128, 64: 64, 128: 16, 256: 8, 1024: 4}
STRIDE = 10  # layers between two measurements of r in our runs
GAMMA = 1.0
BURN_IN = 100  # layers of each chain before r counts, paid for by both


def textbook(width: int, seconds: float) -> float:
    """Layers a second of the textbook loop."""
    rng = np.random.default_rng(0)
    M, layers, start = np.eye(width), 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(max(1, 2000 // width)):
            A = np.eye(width) + GAMMA * rng.standard_normal((width, width))
            M = A @ M @ A.T
            with np.errstate(invalid="ignore"):
                D = np.diag(1 / np.sqrt(np.diag(M)))
            M = D @ M @ D
            layers += 1
            if layers % 10_000 == 0:
                np.trace(M) ** 2 / (M**2).sum()
    return layers / (time.perf_counter() - start)


def states(width: int, layers: int, device: str):
    """Our chains, from M = I, in float32."""
    H = width**0.5 * torch.eye(width, device=device).repeat(CHAINS[width], 1, 1)
    return propagate(H, layers, generator=torch.Generator(device).manual_seed(0), gamma=GAMMA)


def sync(device: str) -> None:
    """Wait for a GPU to finish what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()


def ours(width: int, seconds: float, device: str) -> float:
    """Layers a second of all our chains, with r measured every `STRIDE` layers."""
    start, layers = time.perf_counter(), 0
    for layer, state in enumerate(states(width, 10**9, device), start=1):
        if layer % STRIDE == 0:
            gram = state @ state.mT
            gram.square().sum((1, 2))  # r, up to a constant
            sync(device)
            if time.perf_counter() - start > seconds:
                layers = layer
                break
    return layers * CHAINS[width] / (time.perf_counter() - start)


def bare(width: int, seconds: float, device: str) -> float:
    """Layers a second of drawing normals and multiplying matrices only."""
    shape = (CHAINS[width], width, width)
    draw = torch.Generator(device).manual_seed(0)
    W, H, out = (torch.randn(shape, device=device) for _ in range(3))
    start = time.perf_counter()
    for layer in itertools.count(1):
        torch.bmm(W.normal_(generator=draw), H, out=out)
        if layer % STRIDE == 0:
            torch.bmm(out, H, out=W)  # the product that measuring costs
            sync(device)
            if time.perf_counter() - start > seconds:
                return layer * CHAINS[width] / (time.perf_counter() - start)


def asymptotic_variance(series: np.ndarray) -> float:
    """Variance of the mean of a long stationary series, times its length, by batch means; `(chains, times)`."""
    batches = series[:, series.shape[1] % 20 :].reshape(len(series), 20, -1)
    return float(batches.mean(2).var(1, ddof=1).mean() * batches.shape[2])


def relative_variances(width: int, layers: int) -> tuple[float, float, float]:
    """Squared relative error times samples, for r every 10,000 layers and every `STRIDE` layers, and the mean of r."""
    series = []
    for layer, state in enumerate(states(width, layers, "cpu"), start=1):
        if layer % STRIDE == 0 and layer > layers // 5:
            series.append(participation_ratio(state).double().numpy())
    series = np.stack(series, 1)
    mean = series.mean()
    # 10,000 layers apart, samples are independent: their variance is the plain one
    return float(series.var() / mean**2), asymptotic_variance(series) / mean**2, float(mean)


MEMORY = """
import torch
from rankcollapse.theory.propagation import propagate
H = 8 * torch.eye(64).repeat(2, 1, 1)
draw = torch.Generator().manual_seed(0)
sum(1 for _ in propagate(H, int(sys.argv[1]), generator=draw, gamma=1.0))
"""  # our chains at width 64, over so many layers


def measured(width: int = 64, seconds: float = 2.0) -> Iterator[tuple[str, float]]:
    """The two ratios of one width by their names, of three runs in turn."""
    runs = [(ours(width, seconds, "cpu"), textbook(width, seconds), bare(width, seconds, "cpu")) for _ in range(3)]
    for number, other in ((1, "textbook loop's"), (2, "bare limit")):
        yield f"layers of chains ÷ {other}, width {width}", statistics.median(run[0] / run[number] for run in runs)


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    arguments = parser.parse_args()
    device = arguments.device
    console = Console(width=110)
    table = Table(title=f"layers a second, {torch.get_num_threads()} threads, {device}")
    for heading in ("width", "chains", "textbook", "ours", "bare", "ours / textbook", "ours / bare"):
        table.add_column(heading, justify="right")
    speed = {}
    for width in (8, 32, 64, 256) if device == "cpu" else (256, 1024):
        runs = [
            (
                textbook(width, arguments.seconds),
                ours(width, arguments.seconds, device),
                bare(width, arguments.seconds, device),
            )
            for _ in range(3)
        ]
        slow, fast, limit = (statistics.median(column) for column in zip(*runs, strict=True))
        over_slow = statistics.median(run[1] / run[0] for run in runs)
        over_limit = statistics.median(run[1] / run[2] for run in runs)
        speed[width] = (slow, fast)
        rates = [f"{rate:,.0f}" for rate in (slow, fast, limit)]
        table.add_row(str(width), str(CHAINS[width]), *rates, f"{over_slow:.1f}", f"{over_limit:.2f}")
    console.print(table)
    if device == "cuda":
        peak = {width: fast * 2 * width**3 / 1e12 for width, (_, fast) in speed.items()}
        console.print("matrix products, TFLOP/s:", {width: round(rate, 1) for width, rate in peak.items()})
        return
    sparse, dense, mean = relative_variances(64, 4000)
    goal = 0.01**2
    slow_seconds = (BURN_IN + sparse / goal * 10_000) / speed[64][0]
    fast_seconds = (BURN_IN * CHAINS[64] + dense / goal * STRIDE) / speed[64][1]
    console.print(
        f"seconds to 1% relative standard error of mean r, d = 64, γ = 1 (r = {mean:.2f}): "
        f"textbook {slow_seconds:.1f}, ours {fast_seconds:.3f}, ratio {slow_seconds / fast_seconds:,.0f}"
    )
    shallow, deep = (peak_memory(MEMORY, layers) for layers in (10_000, 1_000_000))
    console.print(
        f"peak memory, MiB: {shallow:.0f} at 10⁴ layers, {deep:.0f} at 10⁶ layers, ratio {deep / shallow:.3f}"
    )


if __name__ == "__main__":
    main()
