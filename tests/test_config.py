"""Settings: the models, the schema, the table and the files agree; mistakes are told with their mend."""

import copy
import json
import random
from pathlib import Path

import jsonschema
import pytest
import yaml

from rankcollapse.config import Config, check_settings, read_settings, schema, table, write_documentation
from rankcollapse.errors import UserError
from rankcollapse.experiments.base import Grid

CONFIG = Path(__file__).parent.parent / "config"
SCALES = ["smoke", "laptop", "large", "paper"]


def values(scale="laptop"):
    return yaml.safe_load((CONFIG / f"{scale}.yaml").read_text())


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_is_valid_by_model_and_by_schema(scale):
    check_settings(values(scale), scale)
    jsonschema.validate(values(scale), json.loads(schema()))


def test_schema_and_table_are_those_of_the_models(tmp_path):
    for name in ("schema.json", "README.md"):
        (tmp_path / name).write_text((CONFIG / name).read_text())
    write_documentation(tmp_path)
    for name in ("schema.json", "README.md"):
        assert (tmp_path / name).read_text() == (CONFIG / name).read_text(), "run: rankcollapse settings"
    for key in ("`device`", "`depth.training.step_sizes`", "list of number > 0"):
        assert key in table()


@pytest.mark.parametrize("scale", ["laptop", "paper"])
def test_a_claim_needs_depth_and_seeds(scale):
    depth = check_settings(values(scale), scale).depth
    assert max(depth.training.depths) == max(depth.rank.depths) == 32
    assert depth.training.seeds >= 5
    assert depth.rank.seeds >= 5


def changed(path, value):
    settings = copy.deepcopy(values())
    *parents, key = path.split(".")
    place = settings
    for parent in parents:
        place = place[parent]
    if value is None:
        del place[key]
    else:
        place[key] = value
    return settings


@pytest.mark.parametrize(
    ("path", "value", "parts"),
    [
        ("depth.training.epoch", 3, ["depth.training.epoch", "3", "did you mean epochs", "step_sizes"]),
        ("shape", 3, ["shape: unknown key", "allowed: device, data_from, depth, deep"]),
        ("depth.training.epochs", "five", ["depth.training.epochs", "'five'", "valid integer"]),
        ("depth.training.epochs", True, ["depth.training.epochs", "True", "valid integer"]),
        ("depth.training.epochs", 0, ["depth.training.epochs", "0", "greater than or equal to 1"]),
        ("depth.rank.tau", 1.0, ["depth.rank.tau", "1.0", "less than 1"]),
        ("depth.training.step_sizes", [0.1, -1.0], ["step_sizes.1", "-1.0", "greater than 0"]),
        ("depth.training.step_sizes", [], ["step_sizes", "at least 1 item"]),
        ("depth.training.step_sizes", [float("inf")], ["step_sizes.0", "finite"]),
        ("depth.training.depths", [4, 4], ["depth.training.depths", "without repetitions"]),
        ("depth.dataset", "mnist", ["depth.dataset", "'mnist'", "fashion-mnist-mini, fashion-mnist, cifar-10"]),
        ("data_from", {"mnist": "x"}, ["data_from.mnist", "one of the catalogue"]),
        ("breaking.every", 31, ["breaking: every is 31", "a network of 30 layers"]),
        ("depth.batch_size", 20000, ["depth: batch_size is 20000", "has 12000 training samples"]),
        ("depth.adam.depths", [0, 3], ["depth: adam.depths has [3]; it must be of the depths [0, "]),
        ("depth.fixed.depths", [40, 7, 0], ["depth: fixed.depths has [7, 40]"]),
        ("pretraining.raw.depths", [3], ["pretraining: raw.depths has [3]"]),
        ("device", "gpu", ["device", "'gpu'", "'cpu', 'cuda' or 'auto'"]),
        ("depth.width", None, ["depth.width: missing"]),
        ("depth.rank", 7, ["depth.rank", "7"]),
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
    settings = changed("depth.width", "wide")
    settings["device"] = "tpu"
    with pytest.raises(UserError, match=r"2 mistake(?s:.)*device(?s:.)*depth.width"):
        check_settings(settings, "x")


def test_numbers_from_the_command_line_are_text():
    settings = changed("depth.training.epochs", "7")
    settings["depth"]["rank"]["depths"] = ["0", "2"]
    depth = check_settings(settings, "x").depth
    assert (depth.training.epochs, depth.rank.depths) == (7, [0, 2])


def test_the_cells_of_a_grid():
    grids = check_settings(values(), "x").grids()
    assert {grid.stage for grid in grids.values()} == {"rank_at_initialization", "training", "chains", "spectra"}
    training = grids["depth.training"]
    assert len(training.cells) == 2 * len(values()["depth"]["training"]["depths"])
    assert training.cells[0] == {"variant": "vanilla", "depth": 0}
    assert "depths" not in training.fixed


def ends_in_settings_or_a_message(path):
    try:
        settings = check_settings(read_settings(path), path.name)
    except UserError:
        return False
    assert isinstance(settings, Config)
    assert all(grid.cells for grid in settings.grids().values())
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


@pytest.mark.parametrize("content", [b"", b"- a", b"<html>", b"depth: [1", b"a: \xff", b"a: 2020-99-99"])
def test_a_file_that_holds_no_settings_is_named(tmp_path, content):
    (tmp_path / "odd.yaml").write_bytes(content)
    with pytest.raises(UserError, match=r"odd.yaml (is not YAML|must hold settings as KEY: VALUE)"):
        read_settings(tmp_path / "odd.yaml")


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


def test_cells_of_a_job_differ_in_what_is_named_only():
    cells = [{"width": width, "gamma": gamma} for width in (4, 8) for gamma in (1.0, "inf")]
    grid = Grid(stage="chains", dataset=None, cells=cells, fixed={}, together=("gamma",))
    each = [{"gamma": 1.0}, {"gamma": "inf"}]
    assert grid.jobs() == [{"width": 4, "each": each}, {"width": 8, "each": each}]
    assert Grid(stage="chains", dataset=None, cells=cells, fixed={}).jobs() == cells
