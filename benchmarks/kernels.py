"""Which matrix products are fastest on this machine: torch's, NumPy's and oneDNN's, against the best that it can do.

    OPENBLAS_NUM_THREADS=1 python benchmarks/kernels.py

The products are those of a training step of 8 networks of width 128, on one thread, in single precision. The best that
the machine can do is taken as the fastest of all programs on one product of 1,024 × 1,024 × 1,024.
"""

import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from report import show

MEMBERS, WIDTH, REPEATS, SECONDS = 8, 128, 5, 0.2


def rate(product: Callable[[], object], operations: int) -> float:
    """Billions of operations a second, the median of some short runs."""
    product()
    rates = []
    for _ in range(REPEATS):
        count, start = 0, time.perf_counter()
        while (taken := time.perf_counter() - start) < SECONDS:
            product()
            count += 1
        rates.append(count * operations / taken / 1e9)
    return statistics.median(rates)


def programs(members: int, width: int, batch: int) -> dict[str, Callable[[], object]]:
    """The same products by each program."""
    W, H = torch.randn(members, width, width), torch.randn(members, width, batch)
    out, gradient = torch.empty_like(H), torch.zeros_like(W)
    w, h, o = W.numpy(), H.numpy(), out.numpy()
    states = [state.T.contiguous().to_mkldnn() for state in H]
    weights = [weight.to_mkldnn() for weight in W]
    return {
        "torch.bmm": lambda: torch.bmm(W, H, out=out),
        "torch.bmm, transposed weights": lambda: torch.bmm(W.mT, H, out=out),
        "torch.baddbmm_ into the weights": lambda: gradient.baddbmm_(out, H.mT),
        "torch.mm, one network after another": lambda: [torch.mm(*pair) for pair in zip(W, H, strict=True)],
        "NumPy (OpenBLAS)": lambda: np.matmul(w, h, out=o),
        "oneDNN": lambda: [torch._C._nn.mkldnn_linear(*pair) for pair in zip(states, weights, strict=True)],
    }


def measured() -> Iterator[tuple[str, float]]:
    """Every measurement by its name: parts of the best, which comes last in GF/s."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.no_grad():
        best = max(rate(product, 2 * 1024**3) for product in programs(1, 1024, 1024).values())
        for batch in (64, 128):
            for name, product in programs(MEMBERS, WIDTH, batch).items():
                yield f"{name}, batch {batch} ÷ best", rate(product, 2 * MEMBERS * WIDTH**2 * batch) / best
        yield "best product, GF/s a core", best
    torch.set_num_threads(before)


if __name__ == "__main__":
    show(dict(measured()), "matrix products")
