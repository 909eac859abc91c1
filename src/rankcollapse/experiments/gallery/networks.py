"""The architectures of the gallery that are ours: each part can be left out."""

from collections.abc import Callable, Collection
from itertools import pairwise

import torch
from torch import Tensor, nn

from rankcollapse.experiments.gallery.cells import PARTS, GalleryCell
from rankcollapse.networks.convolutional import CHANNELS, RESNET, SIZE, VGG

HEADS = 4
WIDENING = 4  # hidden units of a transformer's MLP, over the dimension of tokens
Parts = Collection[str]


class Block(nn.Module):
    """The state after a block from that before it: `branch(x)`, plus `shortcut(x)` if there is one."""

    def __init__(self, branch: list[nn.Module], shortcut: nn.Module | None = None):
        super().__init__()
        self.branch, self.shortcut = nn.Sequential(*branch), shortcut

    def forward(self, x: Tensor) -> Tensor:
        """States to states."""
        return self.branch(x) if self.shortcut is None else self.shortcut(x) + self.branch(x)


class Attention(nn.Module):
    """Self-attention of tokens `(N, T, d)`, at PyTorch's initialization; with a mask, to earlier tokens only."""

    def __init__(self, width: int, causal: bool):
        super().__init__()
        self.heads, self.causal = nn.MultiheadAttention(width, HEADS, batch_first=True), causal

    def forward(self, x: Tensor) -> Tensor:
        """Tokens to tokens."""
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1) if self.causal else None
        return self.heads(x, x, x, attn_mask=later, need_weights=False)[0]


def build(cell: GalleryCell) -> tuple[nn.Module, Tensor]:
    """A network, its children in turn being what computes each state (the first gives the input), and Gaussian inputs.

    What is random is drawn from torch's global generator. Weights follow He's law, but those of attention and its MLPs
    PyTorch's default. BN uses the statistics of the batch.
    """
    parts = PARTS[cell.family][cell.variant]
    if cell.family in ("encoder", "decoder"):
        causal = cell.family == "decoder"
        blocks = [_transformer(cell.width, causal, parts) for _ in range(cell.blocks)]
        return nn.Sequential(nn.Identity(), *blocks), torch.randn(1, cell.samples, cell.width)
    shape: tuple[int, ...]
    if cell.family in ("mlp", "recurrent"):
        layers = [_dense(cell.width, parts) for _ in range(cell.layers if cell.family == "mlp" else 1)]
        blocks, shape = layers * (cell.layers // len(layers)), (cell.width,)
    else:
        channels = [max(1, round(cell.channels * count)) for count in CHANNELS]
        convolutions = (_vgg if cell.family == "vgg" else _resnet)(channels, parts)
        blocks, shape = [nn.Conv2d(3, channels[0], 3, padding=1, bias=False), *convolutions], (3, SIZE, SIZE)
    network = nn.Sequential(nn.Identity(), *blocks)
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return network, torch.randn(cell.samples, *shape)


def _active(width: int, parts: Parts, batch_norm: Callable[[int], nn.Module] = nn.BatchNorm1d) -> list[nn.Module]:
    """What comes before the weights of a layer: normalization, if there is one, and ReLU."""
    norm = [batch_norm(width)] if "norm" in parts else [nn.LayerNorm(width)] if "layer_norm" in parts else []
    return [*norm, nn.ReLU()]


def _dense(width: int, parts: Parts) -> Block:
    """A layer of an MLP, or a step of a recurrent network that got its input before the first step."""
    shortcut = nn.Identity() if "skip" in parts else None
    return Block([*_active(width, parts), nn.Linear(width, width, bias=False)], shortcut)


def _convolution(inputs: int, outputs: int, parts: Parts, stride: int = 1, pool: bool = False) -> list[nn.Module]:
    """Normalization, ReLU, perhaps a pool, and a 3×3 convolution."""
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return [*_active(inputs, parts, nn.BatchNorm2d), *([nn.MaxPool2d(2)] if pool else []), convolution]


def _vgg(channels: list[int], parts: Parts) -> list[Block]:
    """VGG-19 after its first convolution, up to the last (Simonyan and Zisserman 2015)."""
    outputs = [width for layers, width in zip(VGG[19], channels, strict=True) for _ in range(layers)]
    firsts = {sum(VGG[19][:stage]) for stage in range(1, len(VGG[19]))}
    return [
        Block(_convolution(*pair, parts, pool=number in firsts)) for number, pair in enumerate(pairwise(outputs), 1)
    ]


def _resnet(channels: list[int], parts: Parts) -> list[Block]:
    """ResNet-34 with normalization and ReLU before the weights (He et al. 2016), in the form for 32×32 images."""
    blocks = []
    inputs = channels[0]
    for stage, count in enumerate(RESNET[34]):
        for number in range(count):
            outputs, stride = channels[stage], 2 if stage > 0 and number == 0 else 1
            same = stride == 1 and inputs == outputs
            shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            branch = [*_convolution(inputs, outputs, parts, stride), *_convolution(outputs, outputs, parts)]
            blocks.append(Block(branch, shortcut if "skip" in parts else None))
            inputs = outputs
    return blocks


def _transformer(width: int, causal: bool, parts: Parts) -> nn.Sequential:
    """Attention and an MLP, each after layer normalization and beside a skip connection, as far as they are parts."""
    hidden = WIDENING * width
    branches: list[list[nn.Module]] = [[Attention(width, causal)]]
    if "mlp" in parts:
        branches.append([nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width)])
    norm = [nn.LayerNorm(width)] if "norm" in parts else []
    return nn.Sequential(*(Block([*norm, *each], nn.Identity() if "skip" in parts else None) for each in branches))
