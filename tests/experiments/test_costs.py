"""What jobs cost follows those that were measured, and the number of their operations."""

import json
from pathlib import Path

import pytest

from rankcollapse.experiments.costs import START_UP, Costs, Job, measured, trained_share

REFERENCE = Path(__file__).parents[2] / "results/reference/laptop/manifest.json"

IMAGES = {"dataset": "fashion-mnist-mini", "width": 128, "batch_size": 64, "seeds": 6}
TRAINED = IMAGES | {"epochs": 4, "step_sizes": [0.1], "depth": 16}


def test_a_job_that_was_measured_elsewhere_takes_as_long_times_the_pace_of_this_machine():
    job, other = Job("trainability.training", TRAINED), Job("breaking.training", TRAINED | {"variant": "bn"})
    elsewhere = [job._replace(seconds=40.0), other._replace(seconds=80.0)]
    assert Costs(elsewhere).seconds(job) == pytest.approx(40 + START_UP)
    twice_as_slow = Costs(elsewhere, [other._replace(seconds=2 * (80 + START_UP))])
    assert twice_as_slow.seconds(job) == pytest.approx(2 * (40 + START_UP))


def test_jobs_of_a_kind_count_before_those_of_the_frame_and_these_before_all():
    bn, vanilla = (Job("trainability.training", TRAINED | {"variant": name}) for name in ("bn", "vanilla"))
    costs = Costs([bn._replace(seconds=60.0), vanilla._replace(seconds=20.0)])
    assert costs.seconds(bn) == pytest.approx(60 + START_UP)
    assert costs.seconds(bn._replace(settings=TRAINED | {"variant": "other"})) == pytest.approx(40 + START_UP)
    assert costs.seconds(Job("new.frame", TRAINED)) == pytest.approx(40 + START_UP)


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        ({"seeds": 12}, 2),
        ({"epochs": 8}, 2),
        ({"dataset": "fashion-mnist"}, 5),
        ({"step_sizes": [0.1, 0.2, 0.3, 0.4]}, 4 * trained_share(4)),
        ({"step_sizes": [0.1, 0.2, 0.3, 0.4], "search": False}, 4),
        ({"depth": 33}, 33 / 16),
    ],
)
def test_operations_of_training_grow_with_networks_steps_and_layers(change, factor):
    jobs = [Job("trainability.training", settings) for settings in (TRAINED, TRAINED | change)]
    assert jobs[1].operations / jobs[0].operations == pytest.approx(factor, rel=0.15)


def test_half_of_the_networks_is_dropped_after_half_of_the_steps():
    assert trained_share(1) == 1
    assert trained_share(2) == pytest.approx(0.75)
    assert trained_share(4) == pytest.approx(0.25 + 0.25 * 0.5 + 0.5 * 0.25)


def test_operations_of_chains_grow_with_layers_and_with_the_cube_of_a_great_width():
    small, deep, wide = (
        Job("stationary_rank.chain", {"width": width, "chains": 8, "each": [{"gamma": "inf", "layers": layers}]})
        for width, layers in ((512, 100), (512, 300), (1024, 100))
    )
    assert deep.operations / small.operations == pytest.approx(3)
    assert wide.operations / small.operations == pytest.approx(8, rel=0.1)


def test_operations_of_convolutional_networks_grow_with_images_and_with_the_square_of_the_width():
    settings = {"dataset": "fashion-mnist-mini", "seeds": 6, "architecture": "vgg19"}
    narrow, wide, more = (
        Job("components.blocks", settings | {"width": width, "probe_size": images})
        for width, images in ((0.25, 32), (1.0, 32), (0.25, 64))
    )
    assert wide.operations / narrow.operations == pytest.approx(16)
    assert more.operations / narrow.operations == pytest.approx(2)


GALLERY = {"samples": 32, "width": 256, "layers": 32, "blocks": 12, "channels": 0.25}


@pytest.mark.parametrize(
    ("families", "counts"),
    [
        (("mlp", "recurrent"), {"width": 4, "layers": 2, "blocks": 1, "channels": 1, "samples": 2, "seeds": 2}),
        (("encoder", "decoder"), {"width": 4, "layers": 1, "blocks": 2, "channels": 1, "samples": 2, "seeds": 2}),
        (("vgg", "resnet"), {"width": 1, "layers": 1, "blocks": 1, "channels": 4, "samples": 2, "seeds": 2}),
        (("vision", "language"), {"width": 1, "layers": 1, "blocks": 1, "channels": 1, "samples": 2, "seeds": 2}),
    ],
)
def test_operations_of_the_gallery_grow_with_the_sizes_that_a_family_has(families, counts):
    for family in families:
        for name, factor in counts.items():
            settings = {**GALLERY, "family": family, "seeds": 10}
            once, twice = (Job("gallery.states", each) for each in (settings, settings | {name: 2 * settings[name]}))
            assert twice.operations / once.operations == pytest.approx(factor, rel=0.1), (family, name)


@pytest.mark.parametrize("more", [{}, {"dataset": "fashion-mnist-mini", "epochs": 2}])
def test_operations_of_cells_without_a_width_grow_with_their_networks(more):
    few, many = (Job("users.frame", {"seeds": seeds} | more) for seeds in (3, 12))
    assert many.operations / few.operations == pytest.approx(4)


def test_what_took_seconds_on_a_gpu_predicts_nothing_on_a_cpu(tmp_path):
    manifest = json.loads(REFERENCE.read_text(encoding="utf-8"))
    cells = [cell for frame in manifest["frames"].values() for cell in frame["cells"]]
    assert all(cell["device"].startswith("cpu") for cell in cells)
    cells[3]["device"] = "NVIDIA H200"
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed/manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert [job.settings for job in measured(tmp_path, on_gpu=True)] == [cells[3]["settings"]]
    assert len(measured(tmp_path)) == len(cells) - 1
