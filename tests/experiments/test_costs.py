"""What jobs cost follows those that were measured, and the number of their operations."""

import pytest

from rankcollapse.experiments.costs import START_UP, Costs, Job, trained_share

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
