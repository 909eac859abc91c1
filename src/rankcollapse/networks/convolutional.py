"""VGG and residual networks for 32×32 images, their normalization a parameter, and ensembles of them (Figure 5).

The members of an ensemble run one after another: a convolution of one fills a
processor, and members side by side would only share its cache.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from rankcollapse.errors import UserError
from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.networks.initialization import INITIALIZATIONS
from rankcollapse.theory.normalization import normalize_channels

SIZE = 32  # height and width of the images
VGG = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}  # layers before each pool
# blocks a stage
RESNET = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
CHANNELS = (64, 128, 256, 512, 512)  # of the stages, at width 1
EXPANSION = 4  # channels out of a bottleneck over channels inside


class Normalization(nn.Module):
    """Normalization of convolutional states, then the gain and shift of each channel."""

    def __init__(self, kind: str, channels: int):
        super().__init__()
        self.kind = kind
        self.gain, self.shift = (nn.Parameter(torch.empty(channels)) for _ in range(2))

    def forward(self, X: Tensor) -> Tensor:
        """States `(N, channels, height, width)` to states of the same shape."""
        return normalize_channels(X, self.kind, self.gain, self.shift)


class WeightNormalized(nn.Conv2d):
    """A convolution with weight `gain · V/‖V‖`, the norm over each output channel (Salimans and Kingma 2016)."""

    def __init__(self, *sizes: int, **options: int):
        super().__init__(*sizes, **options)
        self.gain = nn.Parameter(torch.empty(self.out_channels))

    def forward(self, X: Tensor) -> Tensor:
        """States to states; at first, with `gain = ‖V‖`, those of the plain convolution."""
        direction = F.normalize(self.weight, dim=(1, 2, 3))
        return self._conv_forward(X, self.gain.view(-1, 1, 1, 1) * direction, self.bias)


def _layer(kind: str, inputs: int, outputs: int, size: int = 3, stride: int = 1) -> list[nn.Module]:
    """A convolution and its normalization. A normalization brings a shift of its own: no bias before it."""
    convolution = WeightNormalized if kind == "weight" else nn.Conv2d
    plain = kind in ("none", "weight")
    layer = convolution(inputs, outputs, size, stride=stride, padding=size // 2, bias=plain)
    return [layer] if plain else [layer, Normalization(kind, outputs)]


class Residual(nn.Module):
    """`relu(body(X) + shortcut(X))`; the shortcut is the identity where shapes agree (He et al. 2016)."""

    def __init__(self, body: list[nn.Module], shortcut: list[nn.Module]):
        super().__init__()
        self.body, self.shortcut = nn.Sequential(*body), nn.Sequential(*shortcut)

    def forward(self, X: Tensor) -> Tensor:
        """States to states, `(N, channels, height, width)`."""
        return torch.relu_(self.body(X) + self.shortcut(X))


def _vgg(depth: int, channels: list[int], kind: str, inputs: int) -> list[nn.Module]:
    """One block a convolution; the last of each of five stages ends in a pool, so that the last state is 1×1."""
    blocks = []
    for layers, outputs in zip(VGG[depth], channels, strict=True):
        for number in range(layers):
            pool = [nn.MaxPool2d(2)] if number == layers - 1 else []
            # the maximum of ReLUs is the ReLU of the maximum, and that is a quarter of the work
            blocks.append(nn.Sequential(*_layer(kind, inputs, outputs), *pool, nn.ReLU(inplace=True)))
            inputs = outputs
    return blocks


def _resnet(depth: int, channels: list[int], kind: str, inputs: int) -> list[nn.Module]:
    """The CIFAR form: a 3×3 stem without a pool, four stages, states averaged over positions after the last."""
    blocks: list[nn.Module] = [nn.Sequential(*_layer(kind, inputs, channels[0]), nn.ReLU(inplace=True))]
    inputs = channels[0]
    for stage, count in enumerate(RESNET[depth]):
        inside = channels[stage]
        outputs = inside if depth < 50 else EXPANSION * inside
        for number in range(count):
            stride = 2 if stage > 0 and number == 0 else 1
            if depth < 50:
                sizes = [(inputs, inside, 3, stride), (inside, outputs, 3, 1)]
            else:
                sizes = [(inputs, inside, 1, 1), (inside, inside, 3, stride), (inside, outputs, 1, 1)]
            body = [module for size in sizes for module in (*_layer(kind, *size), nn.ReLU(inplace=True))][:-1]
            same = stride == 1 and inputs == outputs
            blocks.append(Residual(body, [] if same else _layer(kind, inputs, outputs, 1, stride)))
            inputs = outputs
    blocks[-1] = nn.Sequential(blocks[-1], nn.AdaptiveAvgPool2d(1))
    return blocks


@dataclass(frozen=True)
class ConvNet(Ensemble):
    """An ensemble of convolutional networks of one architecture.

    Attributes:
        blocks: what computes one state from the one before, without parameters of their own.
        layers: for every block its parameters by name, each `(E, ...)`; last, those of the linear classifier.
    """

    blocks: list[nn.Module]
    layers: list[dict[str, Tensor]]

    @property
    def depth(self) -> int:
        """Hidden states: one a block."""
        return len(self.blocks)

    @property
    def at_once(self) -> int:
        """Members that are stepped together."""
        return 1

    def parameters(self, hidden: int | None = None) -> list[Tensor]:
        """All parameter tensors, each `(E, ...)`; with `hidden`, those of the first `hidden` blocks only."""
        return [parameter for layer in self.layers[:hidden] for parameter in layer.values()]

    def weights(self, hidden: int) -> list[Tensor]:
        """The convolutions' weights in the first `hidden` blocks, each `(E, outputs, inputs, size, size)`."""
        return [p for layer in self.layers[:hidden] for name, p in layer.items() if name.endswith("weight")]

    def _states(self, X: Tensor) -> Iterator[list[Tensor]]:
        """After every block the state of each member, `(N, channels, height, width)`, channels last in memory."""
        # copied, not `contiguous`: images of one channel lie in either order, and would pass for channels first
        states = [torch.empty_like(images, memory_format=torch.channels_last).copy_(images) for images in X]
        for block, layer in zip(self.blocks, self.layers[:-1], strict=True):
            states = [
                functional_call(block, {name: _of(parameter, member) for name, parameter in layer.items()}, (state,))
                for member, state in enumerate(states)
            ]
            yield states

    def hidden_states(self, X: Tensor) -> Iterator[Tensor]:
        """Yields the state after every block, one row a channel and position, one column an image.

        Args:
            X: a batch for each member, `(E, N, channels, 32, 32)`.

        Yields:
            Tensors `(E, d, N)`, `d` being channels × height × width of the block.
        """
        for states in self._states(X):
            yield torch.stack([state.flatten(1).T for state in states])

    def hidden_state(self, X: Tensor, number: int) -> Tensor:
        """The state after block `number`, counted from 1, `(E, d, N)`."""
        states = next(islice(self._states(X), number - 1, None))
        return torch.stack([state.flatten(1).T for state in states])

    def mapped(self, change: Callable[[Tensor], Tensor]) -> "ConvNet":
        """The same network with each parameter tensor changed."""
        return ConvNet(self.blocks, [{name: change(p) for name, p in layer.items()} for layer in self.layers])


def _of(parameter: Tensor, member: int) -> Tensor:
    """One member's parameter; where it is the only one, as a view whose gradient needs no copy."""
    return parameter.squeeze(0) if len(parameter) == 1 else parameter[member]


def _channels_last(weight: Tensor) -> Tensor:
    """The same weights `(E, outputs, inputs, size, size)`, each member's with its input channels last in memory."""
    return weight.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3)


def convnet(
    architecture: str,
    width: float,
    normalization: str,
    classes: int,
    *,
    channels: int,
    generators: list[torch.Generator],
    device: torch.device | str = "cpu",
    initialization: str = "torch_default",
) -> ConvNet:
    """An ensemble of convolutional networks at random initialization.

    The weights of a member depend on its generator, the architecture and the width, not on the normalization.

    Args:
        architecture: one of `terms.Architecture`.
        width: multiplier of the channels of every layer, 1 for the published network.
        normalization: one of `terms.Normalization`, before every ReLU.
        classes: units of the last, linear layer.
        channels: of an image.
        generators: one for each of the `E` members.
        device: where the parameters live.
        initialization: a key of `INITIALIZATIONS`, the fan-in of a convolution being channels × size².
    """
    family = architecture.rstrip("0123456789")
    depth = int(architecture.removeprefix(family))
    scaled = [max(1, round(width * count)) for count in CHANNELS]
    with torch.device("meta"):  # the structure only
        blocks = (_vgg if family == "vgg" else _resnet)(depth, scaled, normalization, channels)
    draw = INITIALIZATIONS[initialization]

    def drawn(block: nn.Module) -> dict[str, Tensor]:
        layer = {}
        for prefix, module in block.named_modules():
            if isinstance(module, nn.Conv2d):
                weight, bias = draw(module.weight[0].numel(), module.out_channels, generators)
                layer[f"{prefix}.weight"] = _channels_last(weight.unflatten(2, module.weight.shape[1:]))
                if module.bias is not None:
                    layer[f"{prefix}.bias"] = bias.squeeze(2)
                if isinstance(module, WeightNormalized):
                    layer[f"{prefix}.gain"] = torch.linalg.vector_norm(weight, dim=2)
            elif isinstance(module, Normalization):
                layer[f"{prefix}.gain"] = torch.ones(len(generators), len(module.gain))
                layer[f"{prefix}.shift"] = torch.zeros(len(generators), len(module.shift))
        return layer

    layers = [drawn(block) for block in blocks]
    features = scaled[4] if family == "vgg" else scaled[3] * (1 if depth < 50 else EXPANSION)
    layers.append(dict(zip(("weight", "bias"), draw(features, classes, generators), strict=True)))
    return ConvNet(blocks, layers).mapped(lambda p: p.to(device))


def fitted(images: Tensor, name: str) -> Tensor:
    """Images as these networks take them: 28×28 is padded with zeros to 32×32, and nothing else is changed.

    Args:
        images: `(samples, channels, height, width)`.
        name: of the data set, for the message.

    Raises:
        UserError: images of another size.
    """
    height, width = images.shape[2:]
    if (height, width) not in ((SIZE, SIZE), (28, 28)):
        raise UserError(
            f"{name} has images of {height}×{width}; convolutional networks here take {SIZE}×{SIZE}, "
            "or 28×28, which is padded. Choose another data set"
        )
    return F.pad(images, [(SIZE - width) // 2] * 2 + [(SIZE - height) // 2] * 2)
