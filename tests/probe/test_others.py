"""Architectures that others wrote, at random initialization, no download; those of timm need the extra `others`."""

import pytest
import torch
import transformers
from support.states import captured, ranks
from support.untouched import same, unchanged

from rankcollapse import RankProbe
from rankcollapse.probe.cures import rescale
from rankcollapse.probe.reductions import reduced

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
TOKENS = torch.randint(50, (4, 12), generator=torch.Generator().manual_seed(0))
IMAGES = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
SOUND = torch.randn(4, 2000, generator=torch.Generator().manual_seed(0))


def gpt2():
    return transformers.GPT2Model(transformers.GPT2Config(vocab_size=50, n_embd=32, n_layer=2, n_head=2)), TOKENS


def bert():
    return transformers.BertModel(transformers.BertConfig(vocab_size=50, **SMALL)), TOKENS


def llama():
    return transformers.LlamaModel(transformers.LlamaConfig(vocab_size=50, num_key_value_heads=2, **SMALL)), TOKENS


def vit():
    return transformers.ViTModel(transformers.ViTConfig(image_size=32, patch_size=8, **SMALL)), IMAGES


def resnet():
    config = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    return transformers.ResNetModel(config), IMAGES


def convnext():
    return transformers.ConvNextModel(
        transformers.ConvNextConfig(hidden_sizes=[8, 16], depths=[1, 1], num_stages=2)
    ), IMAGES


def swin():
    return transformers.SwinModel(
        transformers.SwinConfig(
            image_size=32, patch_size=4, embed_dim=8, depths=[1, 1], num_heads=[1, 2], window_size=4
        )
    ), IMAGES


ARCHITECTURES = [gpt2, bert, llama, vit, resnet, convnext, swin]


@pytest.mark.parametrize("build", ARCHITECTURES, ids=lambda build: build.__name__)
def test_rows_equal_spectra_and_nothing_changes(build):
    torch.manual_seed(0)
    model, batch = build()
    model.eval()
    with torch.no_grad():
        expected = model(batch)[0]
        with captured(model) as states:
            model(batch)
    with unchanged(model), torch.no_grad(), RankProbe(model) as probe:
        found = model(batch)[0]
    assert same(found, expected)
    frame = probe.frame()
    assert len(frame) > 10
    by_path = {}
    for path, x in states:
        if x.ndim and x.numel():
            by_path.setdefault(path, []).append(x)
    for path, rows in frame.groupby("path", sort=False):
        if path and len(rows) == len(by_path.get(path, [])):
            for row, x in zip(rows.to_dict("records"), by_path[path], strict=True):
                expected = ranks(reduced(x, row["reduction"], True).T)
                assert row["participation_ratio"] == pytest.approx(expected["participation_ratio"], rel=1e-3), path
    assert probe.verdict()


def test_rescale_works_on_the_linear_layers_of_gpt2():
    torch.manual_seed(0)
    model, batch = gpt2()
    report = rescale(model.eval(), batch)
    assert len(report.layers) == 8
    assert report.layers["scale_after"].to_list() == pytest.approx([1] * 8, rel=1e-4)


def test_a_network_of_timm():
    timm = pytest.importorskip("timm", exc_type=ImportError)
    torch.manual_seed(0)
    model = timm.create_model("resnet18").eval()
    with unchanged(model), torch.no_grad(), RankProbe(model) as probe:
        model(torch.randn(4, 3, 32, 32))
    assert probe.never_called == []
