"""Mistakes in settings are told with their mend; whatever a file holds ends in settings or a message."""

import copy
import random

import pytest
import yaml
from support.settings import CONFIG, changed, values

from rankcollapse.config.scale import Config, check_settings, read_settings
from rankcollapse.config.validation import literal
from rankcollapse.errors import UserError


@pytest.mark.parametrize(
    ("path", "value", "parts"),
    [
        ("trainability.training.epoch", 3, ["trainability.training.epoch", "3", "did you mean epochs", "step_sizes"]),
        ("shape", 3, ["shape: unknown key", "allowed: device, data_from, bounds, breaking, collapse"]),
        ("trainability.training.epochs", "five", ["trainability.training.epochs", "'five'", "valid integer"]),
        ("trainability.training.epochs", True, ["trainability.training.epochs", "True", "valid integer"]),
        ("trainability.training.epochs", 0, ["trainability.training.epochs", "0", "greater than or equal to 1"]),
        ("trainability.rank.tau", 1.0, ["trainability.rank.tau", "1.0", "less than 1"]),
        ("trainability.training.step_sizes", [0.1, -1.0], ["step_sizes.1", "-1.0", "greater than 0"]),
        ("trainability.training.step_sizes", [], ["step_sizes", "at least 1 item"]),
        ("trainability.training.step_sizes", [float("inf")], ["step_sizes.0", "finite"]),
        ("trainability.training.depths", [4, 4], ["trainability.training.depths", "without repetitions"]),
        (
            "trainability.dataset",
            "mnist",
            ["trainability.dataset", "'mnist'", "fashion-mnist-mini, fashion-mnist, cifar-10"],
        ),
        ("data_from", {"mnist": "x"}, ["data_from.mnist", "one of the catalogue"]),
        ("breaking.every", 31, ["breaking: every is 31", "a network of 30 layers"]),
        (
            "trainability.batch_size",
            20000,
            ["trainability: batch_size is 20000", "has 12000 training samples"],
        ),
        ("breaking.batch_size", 12001, ["breaking: batch_size is 12001", "has 12000 training samples"]),
        ("components.training.batch_size", 289, ["components: training.batch_size is 289; there are 288 images"]),
        ("components.batch_size", 289, ["components: batch_size is 289; there are 288 images"]),
        ("two_classes.batch_size", 2401, ["two_classes: batch_size is 2401; two classes have 2400 images"]),
        ("trainability.training.more", 2 * [{"depths": [4], "seeds": 9}], ["training.more names depth 4 twice"]),
        ("laws.each", 2 * [{"law": "F5", "chains": 3, "sizes": [4], "layers": 5}], ["laws: each names F5 twice"]),
        (
            "surviving_directions.families",
            [
                {"gamma": 1.0, "weights": "gaussian", "normalization": "full", "widths": [8, 16], "layers": 200},
                {"gamma": 1.0, "weights": "gaussian", "normalization": "full", "widths": [4, 16], "layers": 300},
            ],
            ["surviving_directions: families name networks of width 16 twice"],
        ),
        ("trainability.training.more", [{"depths": [5], "seeds": 9}], ["trainability: training.more.depths has [5]; "]),
        ("trainability.adam.depths", [0, 3], ["trainability: adam.depths has [3]; it must be of the depths [0, "]),
        ("trainability.fixed.depths", [40, 7, 0], ["trainability: fixed.depths has [7, 40]"]),
        ("pretraining.raw.depths", [3], ["pretraining: raw.depths has [3]"]),
        ("device", "gpu", ["device", "'gpu'", "'cpu', 'cuda' or 'auto'"]),
        ("trainability.width", None, ["trainability.width: missing"]),
        ("trainability.rank", 7, ["trainability.rank: 7 is not allowed. It must be a mapping, KEY: VALUE"]),
        ("stationary_rank.points", [3], ["stationary_rank.points.0: 3 is not allowed. It must be a mapping"]),
        ("data_from", "x", ["data_from: 'x' is not allowed. It must be a mapping"]),
        (
            "stationary_rank.gammas",
            ["x"],
            ["gammas.0: 'x' is not allowed. It must be a valid number, or must be 'inf'"],
        ),
        ("stationary_rank.points", [], ["points: [] is not allowed. It must have at least 1 item"]),
        ("trainability.rank.seeds", 10**23, ["seeds: 100000000000000000000000 is not", "at most 1000000000"]),
        ("trainability.rank.depths", [10**10], ["trainability.rank.depths", "at most 1000000000"]),
        ("extreme_depth.layers", 10**30, ["extreme_depth.layers", "at most 1000000000"]),
        ("components.training.seeds_a_cell", 0, ["seeds_a_cell", "greater than or equal to 1"]),
    ],
)
def test_a_mistake_is_told_with_key_value_and_what_is_allowed(path, value, parts):
    with pytest.raises(UserError) as caught:
        check_settings(changed(path, value), "config/laptop.yaml")
    message = str(caught.value)
    assert message.startswith("config/laptop.yaml has 1 mistake")
    for part in parts:
        assert part in message


def test_all_mistakes_are_told_at_once():
    settings = changed("trainability.width", "wide")
    settings["device"] = "tpu"
    with pytest.raises(UserError, match=r"2 mistake(?s:.)*device(?s:.)*trainability.width"):
        check_settings(settings, "x")


def ends_in_settings_or_a_message(path):
    try:
        settings = check_settings(read_settings(path), path.name)
    except UserError:
        return False
    assert isinstance(settings, Config)
    assert all(grid.axes for grid in settings.grids().values())
    return True


def places(values):
    """Every key of nested settings, with the mapping or list that holds it."""
    for key, value in values.items() if isinstance(values, dict) else enumerate(values):
        yield values, key
        if isinstance(value, dict | list):
            yield from places(value)


JUNK = [
    None, "", "x", "1", "null", "[1", "İ", "a" * 1000, True, -1, 0, 1.5, 10**30, float("nan"), float("inf"),
    [], [None], [[]], [1, 1], ["none"], {}, {"a": 1}, {"0": 1}, {1: 2}, {None: 0},
]  # fmt: skip


def test_mutated_settings_end_in_settings_or_a_message(tmp_path):
    accepted = 0
    for seed in range(200):
        draw, settings = random.Random(seed), values("smoke")
        for _ in range(draw.randint(1, 3)):
            parent, key = draw.choice(list(places(settings)))
            what = draw.choice(["junk", "gone", "renamed", "copied"])
            if what == "junk":
                parent[key] = draw.choice(JUNK)
            elif what == "copied":
                other, place = draw.choice(list(places(settings)))
                parent[key] = copy.deepcopy(other[place])
            else:
                value = parent.pop(key)
                if what == "renamed" and isinstance(parent, dict):
                    parent[draw.choice(["x", 1, None, f"{key}s"])] = value
        path = tmp_path / "mutated.yaml"
        path.write_text(yaml.safe_dump(settings))
        accepted += ends_in_settings_or_a_message(path)
    assert 0 < accepted < 100


@pytest.mark.parametrize("content", [b"", b"- a", b"<html>", b"trainability: [1", b"a: \xff", b"a: 2020-99-99"])
def test_a_file_that_holds_no_settings_is_named(tmp_path, content):
    (tmp_path / "odd.yaml").write_bytes(content)
    with pytest.raises(UserError, match=r"odd.yaml (is not YAML|must hold settings as KEY: VALUE)"):
        read_settings(tmp_path / "odd.yaml")


@pytest.mark.parametrize(
    ("text", "key", "lines"),
    [
        ("device: cpu\na: 1\ndevice: cuda\n", "device", "1 and 3"),
        ("a:\n  b: 1\n  c: 2\n  b: 1\n", "b", "2 and 4"),
        ("a: [{x: 1, x: 2}]\n", "x", "1 and 1"),
        ("1: a\n0x1: b\n", 1, "1 and 2"),
    ],
)
def test_a_key_that_stands_twice_is_named_with_its_lines(tmp_path, text, key, lines):
    (tmp_path / "twice.yaml").write_text(text)
    with pytest.raises(UserError, match=rf"twice.yaml: the key {key!r} stands twice, in lines {lines}; keep one"):
        read_settings(tmp_path / "twice.yaml")


def test_keys_of_different_mappings_and_merged_ones_may_be_the_same(tmp_path):
    (tmp_path / "twice.yaml").write_text("a: &a {x: 1}\nb: {<<: *a, x: 2}\n")
    assert read_settings(tmp_path / "twice.yaml") == {"a": {"x": 1}, "b": {"x": 2}}


@pytest.mark.parametrize("text", ['{"seeds": 1, "seeds": 2}', '[{"a": {"b": 1, "b": 1}}]'])
def test_a_key_that_stands_twice_on_the_command_line_is_named(text):
    with pytest.raises(UserError, match="stands twice in one mapping"):
        literal(text)


def test_a_damaged_settings_file_ends_in_settings_or_a_message(tmp_path):
    whole = (CONFIG / "smoke.yaml").read_bytes()
    damaged = [b"a: !!python/name:os.system x"]
    for seed in range(200):
        draw, raw = random.Random(seed), bytearray(whole)
        if seed % 10 == 0:
            raw = raw[: draw.randrange(len(raw))]
        for _ in range(draw.randint(1, 3)):
            raw[draw.randrange(len(raw))] = draw.randrange(256)
        damaged.append(bytes(raw))
    path = tmp_path / "damaged.yaml"
    accepted = 0
    for raw in damaged:
        path.write_bytes(raw)
        accepted += ends_in_settings_or_a_message(path)  # a flipped byte in a comment, or in the digits of a number
    assert accepted < 150
