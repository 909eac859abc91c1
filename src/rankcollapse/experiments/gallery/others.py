"""Architectures of the gallery that others wrote: the classes of transformers, in published sizes, nothing downloaded.

Only vocabularies and images are smaller: neither enters the blocks.
"""

from collections.abc import Callable

import torch
import transformers
from torch import Tensor, nn

from rankcollapse.experiments.gallery.cells import GalleryCell

VOCABULARY = 1000
PIXELS = 64  # height and width of images for convolutional networks

transformers.logging.set_verbosity_error()  # that mamba's kernels for GPUs are not installed is no news


def build(cell: GalleryCell) -> tuple[nn.Module, Tensor, list[str]]:
    """A network as the package initializes it, its input, and which modules have the states as outputs.

    What is random is drawn from torch's global generator. Nothing is dropped out; BN uses the statistics of the batch.
    """
    model, batch, states = ARCHITECTURES[cell.variant](cell.samples)
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.train()
    return model, batch, states


def _images(count: int, pixels: int) -> Tensor:
    return torch.randn(count, 3, pixels, pixels)


def _tokens(count: int) -> Tensor:
    """One sequence of different tokens."""
    return torch.randperm(VOCABULARY)[None, :count]


def _resnet50(samples: int) -> tuple[nn.Module, Tensor, list[str]]:
    model = transformers.ResNetModel(transformers.ResNetConfig())
    return model, _images(samples, PIXELS), ["embedder", "ResNetBottleNeckLayer"]


def _convnext(samples: int) -> tuple[nn.Module, Tensor, list[str]]:
    """ConvNeXt-T."""
    model = transformers.ConvNextModel(transformers.ConvNextConfig())
    return model, _images(samples, PIXELS), ["embeddings", "ConvNextLayer"]


def _swin(samples: int) -> tuple[nn.Module, Tensor, list[str]]:
    """Swin-T, on one image."""
    model = transformers.SwinModel(transformers.SwinConfig())
    return model, _images(1, 224), ["embeddings", "SwinLayer"]


def _vit(samples: int) -> tuple[nn.Module, Tensor, list[str]]:
    """DeiT-Ti, a small ViT, on one image of 8 × 8 patches."""
    size = {"hidden_size": 192, "num_attention_heads": 3, "intermediate_size": 768}
    model = transformers.ViTModel(transformers.ViTConfig(image_size=32, patch_size=4, **size), add_pooling_layer=False)
    return model, _images(1, 32), ["embeddings", "ViTLayer"]


def _bert(samples: int) -> tuple[nn.Module, Tensor, list[str]]:
    """BERT base."""
    model = transformers.BertModel(transformers.BertConfig(vocab_size=VOCABULARY), add_pooling_layer=False)
    return model, _tokens(samples), ["embeddings", "BertLayer"]


def _gpt2(samples: int) -> tuple[nn.Module, Tensor, list[str]]:
    """GPT-2, the smallest."""
    model = transformers.GPT2Model(transformers.GPT2Config(vocab_size=VOCABULARY))
    return model, _tokens(samples), ["drop", "GPT2Block"]


def _t5(samples: int) -> tuple[nn.Module, Tensor, list[str]]:
    """The encoder of T5 small."""
    model = transformers.T5EncoderModel(transformers.T5Config(vocab_size=VOCABULARY))
    return model, _tokens(samples), ["encoder.dropout", "T5Block"]


def _mamba(samples: int) -> tuple[nn.Module, Tensor, list[str]]:
    """Mamba 130M, a recurrent network."""
    model = transformers.MambaModel(transformers.MambaConfig(vocab_size=VOCABULARY, num_hidden_layers=24))
    return model, _tokens(samples), ["embeddings", "MambaBlock"]


ARCHITECTURES: dict[str, Callable[[int], tuple[nn.Module, Tensor, list[str]]]] = {
    "resnet50": _resnet50,
    "convnext": _convnext,
    "swin": _swin,
    "vit": _vit,
    "bert": _bert,
    "gpt2": _gpt2,
    "t5": _t5,
    "mamba": _mamba,
}
