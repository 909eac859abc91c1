"""The networks of the gallery are what they are said to be, and their frames have what the probe measured."""

import math
import subprocess
import sys

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from rankcollapse.experiments.gallery import networks, states
from rankcollapse.experiments.gallery.cells import PARTS, GalleryCell, variants
from rankcollapse.probe.null import relu_cosine

SMALL = {"samples": 8, "width": 16, "layers": 4, "blocks": 2, "channels": 0.0625, "seeds": 2}
OURS = [(family, variant) for family, found in PARTS.items() for variant in found]
SMALL_ONES = [("vision", "vit"), ("language", "t5")]  # of others
MODULES = {  # of a network by its parts
    "skip": lambda module: isinstance(module, networks.Block) and module.shortcut is not None,
    "norm": lambda module: isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d | nn.LayerNorm),
    "layer_norm": lambda module: isinstance(module, nn.LayerNorm),
    "mlp": lambda module: isinstance(module, nn.Sequential) and [type(part) for part in module][-3:]
    == [nn.Linear, nn.ReLU, nn.Linear],
}  # fmt: skip


def cell(family, variant, **changes):
    return GalleryCell(family=family, variant=variant, **SMALL | changes)


def frame(*key, **changes):
    return states.run(cell(*key, **changes), device="cpu").to_pandas()


@pytest.mark.parametrize("key", OURS + SMALL_ONES, ids="-".join)
def test_every_architecture_fills_the_frame(key):
    table = states.run(cell(*key), device="cpu")
    assert {field.name: field.metadata[b"description"].decode() for field in table.schema} == GalleryCell.columns()
    assert table.equals(states.run(cell(*key), device="cpu"))
    found = table.to_pandas()
    assert found.notna().all().all()
    for _, rows in found.groupby("seed"):
        assert list(rows["step"]) == list(range(len(rows)))
        assert (rows["depth"].iloc[0], rows["depth"].iloc[-1]) == (0, 1)
    one, other = (rows["participation_ratio"].tolist() for _, rows in found.groupby("seed"))
    assert one != other


@pytest.mark.parametrize("key", OURS, ids="-".join)
def test_a_network_has_its_parts_and_no_others(key):
    family, variant = key
    network, _ = networks.build(cell(*key))
    parts = set(PARTS[family][variant]) | ({"norm"} if variant == "layer_norm" else set())
    expected = parts & MODULES.keys()
    assert {part for part, fits in MODULES.items() if part != "layer_norm" and any(map(fits, network.modules()))} == (
        expected - {"layer_norm"}
    )
    layer_norm = variant == "layer_norm" or (family in ("encoder", "decoder") and "norm" in parts)
    assert any(map(MODULES["layer_norm"], network.modules())) == layer_norm


@pytest.mark.parametrize(
    ("family", "convolutions", "linear"),
    [("mlp", 0, 4), ("recurrent", 0, 1), ("vgg", 16, 0), ("resnet", 1 + 32 + 3, 0)],
)
def test_the_layers_of_a_network(family, convolutions, linear):
    network, _ = networks.build(cell(family, "full"))
    found = [type(module) for module in network.modules()]
    assert (found.count(nn.Conv2d), found.count(nn.Linear)) == (convolutions, linear)
    if family == "recurrent":
        assert len(network) == 5  # the input, and four steps of one layer


def test_attention_sees_earlier_tokens_only_in_decoders():
    for family, causal in (("encoder", False), ("decoder", True)):
        network, tokens = networks.build(cell(family, "full"))
        changed = tokens.clone()
        changed[:, -1] += 1
        with torch.no_grad():
            same = torch.equal(network(tokens)[:, :-1], network(changed)[:, :-1])
        assert same == causal


def test_wide_networks_follow_the_cosine_law():
    """Of vanilla layers, with layer normalization or not, tied or not; with BN; and beside skip connections."""
    wide = {"width": 1024, "samples": 16, "layers": 6}
    vanilla, beside = [0.0], [0.0]
    for _ in range(6):
        vanilla.append(relu_cosine(vanilla[-1]))
        beside.append((beside[-1] + relu_cosine(beside[-1])) / 2)
    bn = [0.0] + 6 * [relu_cosine(-1 / 15)]
    for family, variant, law in (
        ("mlp", "plain", vanilla), ("recurrent", "plain", vanilla), ("mlp", "layer_norm", vanilla),
        ("mlp", "skip", beside), ("mlp", "norm", bn), ("recurrent", "norm", bn),
    ):  # fmt: skip
        found = frame(family, variant, **wide).groupby("step")["mean_cosine"].mean()
        assert found.tolist() == pytest.approx(law, abs=0.04), (family, variant)


def test_wide_encoders_follow_the_recursion_of_their_mean_token():
    """Attention at PyTorch's initialization adds a sixth of the mean token to each, an MLP an 18th of its input."""
    blocks, samples = 6, 16
    for variant, mlp, norm in (("no_norm", True, False), ("no_mlps", False, True), ("full", True, True)):
        square, product = 1.0, 0.0  # of tokens, over their dimension; product of two different ones
        for _ in range(blocks):
            shared = (product + (square - product) / samples) / (6 * (square if norm else 1))
            square, product = square + shared, product + shared
            added = mlp * (1 if norm else square) / 18
            square, product = square + added, product + added * relu_cosine(product / square)
        found = frame("encoder", variant, width=512, samples=samples, blocks=blocks, seeds=3).query("depth == 1")
        assert found["mean_cosine"].mean() == pytest.approx(product / square, abs=0.03), variant


def test_attention_alone_makes_tokens_equal_and_keeps_them_apart_beside_a_skip_connection():
    alone, beside = (frame("encoder", variant, blocks=6).query("depth == 1") for variant in ("plain", "no_mlps"))
    assert (alone["participation_ratio"] < 1.01).all()
    assert (beside["participation_ratio"] > math.sqrt(8)).all()


def test_an_architecture_that_there_is_not():
    with pytest.raises(ValidationError, match="vgg has the variants plain, full, not skip"):
        cell("vgg", "skip")
    assert variants("language") == ["bert", "gpt2", "t5", "mamba"]


def test_transformers_is_imported_for_architectures_of_others_only():
    code = (
        "import sys; from rankcollapse.experiments.gallery import states\n"
        "from rankcollapse.experiments.gallery.cells import GalleryCell\n"
        f"states.run(GalleryCell(family='mlp', variant='full', **{SMALL}), device='cpu')\n"
        "assert 'transformers' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
