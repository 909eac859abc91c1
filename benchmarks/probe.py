"""What the probe costs, and what it does to a model, beside what others cost and do.

    python benchmarks/probe.py [--threads 2] [--repeats 5] [--networks transformer resnet152]

Cost: the ratio of a forward pass with the probe to one without, in turn, in processor seconds, which other programs
disturb less than those of the clock; medians. The networks are a ResNet-152 (of transformers, at random initialization)
on 32 images of 224 x 224, and a transformer encoder of 12 layers of width 512 on 16 x 128 tokens.

Peers: delve, torchinfo and timm's hook for statistics of activations, as far as they are installed, on a small
convolutional network: what they give, and what is not as it was afterwards. The extra `others` has them.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import torch
from rich.console import Console
from rich.table import Table
from torch import nn

from rankcollapse import RankProbe


def transformer() -> tuple[nn.Module, torch.Tensor]:
    """Twelve layers of width 512, and 16 sequences of 128 tokens."""
    layer = nn.TransformerEncoderLayer(512, 8, 2048, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, 12, enable_nested_tensor=False), torch.randn(16, 128, 512)


def resnet152() -> tuple[nn.Module, torch.Tensor]:
    """A ResNet-152 and 32 images."""
    from transformers import ResNetConfig, ResNetModel

    return ResNetModel(ResNetConfig(depths=[3, 8, 36, 3])), torch.randn(32, 3, 224, 224)


NETWORKS = {"transformer": transformer, "resnet152": resnet152}


def seconds(run: Callable[[], object]) -> float:
    """Processor seconds of a run without gradients."""
    start = time.process_time()
    with torch.no_grad():
        run()
    return time.process_time() - start


def costs(name: str, repeats: int) -> tuple[int, float, float, float]:
    """Rows, processor seconds without and with the probe, and the median of their ratios."""
    torch.manual_seed(0)
    model, batch = NETWORKS[name]()
    probe = RankProbe(model)

    def probed() -> None:
        with probe:
            model(batch)

    seconds(lambda: model(batch[:2]))
    pairs = [(seconds(lambda: model(batch)), seconds(probed)) for _ in range(repeats)]
    plain, with_probe = (statistics.median(column) for column in zip(*pairs, strict=True))
    return len(probe.frame()), plain, with_probe, statistics.median(after / before for before, after in pairs)


def training(repeats: int) -> float:
    """The share that a probe of every 100th step adds to the training of the transformer: median, processor seconds."""
    torch.manual_seed(0)
    model, batch = transformer()

    def step() -> float:
        start = time.process_time()
        model.zero_grad()
        model(batch).square().mean().backward()
        return time.process_time() - start

    def probed() -> float:
        start = time.process_time()
        with RankProbe(model):
            step()
        return time.process_time() - start

    step()
    return statistics.median(probed() / step() - 1 for _ in range(repeats)) / 100


def small() -> nn.Module:
    """A network with one frozen normalization, a layer that runs twice, and an in-place ReLU."""
    torch.manual_seed(0)
    shared = nn.Conv2d(8, 8, 3, padding=1)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True), shared, shared, nn.Flatten(),
        nn.Linear(512, 4),
    )  # fmt: skip
    model[1].eval()
    return model


def changes(model: nn.Module, use: Callable[[nn.Module, torch.Tensor], object]) -> str:
    """What a tool does to a model beyond what a forward pass does."""
    batch = torch.randn(16, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    modes = [module.training for module in model.modules()]
    attributes = [set(vars(module)) for module in model.modules()]
    values = {name: value.clone() for name, value in model.state_dict().items()}
    random_state = torch.get_rng_state()
    use(model, batch)
    hooks = sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())
    found = {
        f"{hooks} hooks stay": hooks > 0,
        "modes": modes != [module.training for module in model.modules()],
        "attributes": attributes != [set(vars(module)) for module in model.modules()],
        "state_dict": values.keys() != model.state_dict().keys()
        or not all(torch.equal(value, values[name]) for name, value in model.state_dict().items()),
        "random state": not torch.equal(random_state, torch.get_rng_state()),
    }
    return ", ".join(what for what, changed in found.items() if changed) or "nothing"


def ours(model: nn.Module, batch: torch.Tensor) -> str:
    """RankProbe."""
    with RankProbe(model) as probe:
        model(batch)
    return f"{len(probe.frame())} rows: rank, scale, cosines, dead units"


def delve(model: nn.Module, batch: torch.Tensor) -> str:
    """Delve, writing to no file."""
    from delve import SaturationTracker

    tracker = SaturationTracker(
        "probe-benchmark", save_to="print", modules=model, device="cpu", stats=["lsat"], layerwise_sat=True
    )
    model(batch)
    tracker.add_saturations()
    tracker.close()
    return "share of dimensions for 99% of variance, of Linear, Conv2d and LSTM"


def torchinfo(model: nn.Module, batch: torch.Tensor) -> str:
    """Torchinfo."""
    from torchinfo import summary

    return f"{len(summary(model, input_data=batch, verbose=0).summary_list)} rows: shapes, parameters"


def timm(model: nn.Module, batch: torch.Tensor) -> str:
    """The hook of timm."""
    from timm.utils.model import ActivationStatsHook, avg_ch_var

    hook = ActivationStatsHook(model, hook_fn_locs=["*"], hook_fns=[avg_ch_var])
    model(batch)
    return f"{len(hook.stats['avg_ch_var'])} variances over channels"


def peers() -> Iterator[tuple[str, str, str]]:
    """Name, what it gives, what it changed; the message where it does not run here."""
    for tool in (ours, delve, torchinfo, timm):
        given = []
        try:
            changed = changes(small(), lambda model, batch, tool=tool, given=given: given.append(tool(model, batch)))
            yield tool.__name__, given[0], changed
        except Exception as error:  # of other people's code, or of a package that is not there
            yield tool.__name__, f"does not run here: {type(error).__name__}: {str(error)[:60]}", ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--networks", nargs="*", choices=NETWORKS, default=[*NETWORKS])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    console = Console(width=150)
    table = Table(title=f"a forward pass with the probe ÷ one without, {options.threads} threads")
    for heading in ("network", "rows", "without, s", "with, s", "ratio"):
        table.add_column(heading)
    for name in options.networks:
        rows, plain, with_probe, ratio = costs(name, options.repeats)
        table.add_row(name, str(rows), f"{plain:.2f}", f"{with_probe:.2f}", f"{ratio:.2f}")
    console.print(table)
    console.print(f"every 100th step of training probed, gradients too: {training(options.repeats):.2%} more time")
    table = Table(title="what it gives, and what is not as it was after a forward pass in training mode")
    for heading in ("tool", "gives", "changed"):
        table.add_column(heading)
    for row in peers():
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
