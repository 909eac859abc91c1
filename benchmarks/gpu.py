"""How well ensembles fill a GPU: model-steps a second against one plain network at a time, and the rate of products.

    python benchmarks/gpu.py

The networks are those of `benchmarks/training.py`: ReLU MLPs, width 128, 32 hidden-to-hidden layers, plain SGD, batch
128. A model-step is one step of one network; steps of an ensemble are replayed as the trainer does it. The plain
network has BN and is an `nn.Sequential`; only ensembles with BN are compared with it. *Products* are the kernels of
matrix products, in a step that is not replayed; *peak* is the rate of a product of two 8192 x 8192 matrices in the same
precision, float32 without TF32. Prints JSON.
"""

import json
import statistics
from collections.abc import Callable

import torch
import training
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from rankcollapse.networks.mlp import mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.data import Data
from rankcollapse.training.optimizer import repeated
from rankcollapse.training.trainer import Plan, _State

BATCH, STEPS, REPEATS = 128, 200, 3
MEMBERS = (1, 6, 36, 144, 288)
LARGE = 8192  # rows of the matrices of the peak


def seconds(run: Callable[[], None], times: int) -> float:
    """What one of so many runs takes, the median of some rounds after a first run."""

    def together() -> None:
        for _ in range(times):
            run()

    run()
    return statistics.median(training.seconds(together, "cuda") for _ in range(REPEATS)) / times


def state(data: training.Images, members: int, normalized: bool) -> _State:
    """An ensemble that is about to be trained."""
    keys = [("benchmark", member) for member in range(members)]
    streams = [generator(*key) for key in keys]
    options = {"normalized": normalized, "generators": streams, "device": "cuda"}
    network = mlp(data[0][0].numel(), training.WIDTH, training.DEPTH, 10, **options)
    made = _State(network, Data.shared(*data, members), Plan([0.01] * members, BATCH, 1, keys))
    made.shuffle(0)
    made.take_batch(0)
    return made


def operations(members: int) -> int:
    """Floating-point operations of the products of a step: forward, and both gradients but that of the images."""
    width, images, classes = training.WIDTH, 784, 10
    return 2 * members * BATCH * (2 * images * width + 3 * training.DEPTH * width**2 + 3 * width * classes)


def in_products(step: Callable[[], None]) -> tuple[float, float]:
    """Seconds that the GPU spends in products in a step, and in all its kernels."""
    step()
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiled:
        step()
        torch.cuda.synchronize()
    kernels = [event for event in profiled.key_averages() if event.device_type == DeviceType.CUDA]
    times = {kernel.key: kernel.self_device_time_total / 1e6 for kernel in kernels}
    return sum(taken for name, taken in times.items() if "gemm" in name.lower()), sum(times.values())


def measured() -> dict[str, object]:
    """Every measurement."""
    data = training.training_images("cuda")
    A, B = torch.randn(2, LARGE, LARGE, device="cuda")
    peak = 2 * LARGE**3 / seconds(lambda: A @ B, 3)
    plain = training.plain(data)
    plain_rate = training.PLAIN * training.STEPS / seconds(plain, 1)
    rows = []
    for normalized in (False, True):
        for members in MEMBERS:
            ensemble = state(data, members, normalized)
            products, kernels = in_products(ensemble.step)
            step = repeated(ensemble.step, ensemble.tensors)

            def one(ensemble: _State = ensemble, step: Callable[[], None] = step) -> None:
                ensemble.take_batch(0)
                step()

            taken = seconds(one, STEPS)
            row = {"with BN": normalized, "members": members, "model-steps a second": members / taken}
            row |= {"÷ plain": members / taken / plain_rate} if normalized else {}
            row |= {"share in products": products / kernels}
            row |= {"of the peak, products": operations(members) / products / peak}
            rows.append(row | {"of the peak, step": operations(members) / taken / peak})
    return {
        "device": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "peak, TFLOP/s": peak / 1e12,
        "plain, model-steps a second": plain_rate,
        "ensembles": rows,
    }


if __name__ == "__main__":
    if not torch.cuda.is_available():
        raise SystemExit("this measures a GPU, and torch sees none here")
    print(json.dumps(measured(), indent=1, ensure_ascii=False))
