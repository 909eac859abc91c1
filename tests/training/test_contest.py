"""Which step size serves a network best: who is dropped, when, and what becomes of the others."""

import math

import pytest
import torch
from support.networks import ensemble
from support.tasks import BATCH, data, fit, keys, trained

from rankcollapse.training.contest import Leg, at_each, best, legs
from rankcollapse.training.data import Data
from rankcollapse.training.outcomes import course, tried
from rankcollapse.training.session import Session


def test_the_best_of_each_contest_stay():
    losses, sizes, contests = [3.0, 2.0, 1.0, 5.0, 6.0, 4.0], [0.1, 0.3, 1.0] * 2, [0, 0, 0, 1, 1, 1]
    assert best(losses, sizes, contests, 2) == [1, 2, 3, 5]
    assert best(losses, sizes, contests, 1) == [2, 5]


def test_what_diverged_loses_and_ties_go_to_the_smaller_step_size():
    assert best([math.nan, 9.0], [0.1, 0.3], [0, 0], 1) == [1]
    assert best([math.inf, math.nan], [0.3, 0.1], [0, 0], 1) == [1]
    assert best([1.0, 1.0], [0.3, 0.1], [0, 0], 1) == [1]


@pytest.mark.parametrize(
    ("sizes", "steps", "expected"),
    [
        (1, 100, []),
        (2, 100, [Leg(38, 50, 1)]),
        (3, 100, [Leg(19, 25, 2), Leg(44, 50, 1)]),
        (4, 100, [Leg(19, 25, 2), Leg(44, 50, 1)]),
        (5, 100, [Leg(9, 12, 3), Leg(22, 25, 2), Leg(44, 50, 1)]),
        (4, 1, [Leg(0, 1, 1)]),
        (4, 3, [Leg(0, 1, 1)]),
    ],
)
def test_halvings(sizes, steps, expected):
    assert legs(list(range(3)) * sizes, steps) == expected
    assert all(0 <= leg.first < leg.last <= max(1, steps // 2) for leg in expected)


def test_every_network_competes_at_each_step_size_with_itself_only():
    members, contests = at_each([0.1, 0.3], ["a", "b"], [5, 6])
    assert len(members) == 8
    for contest in range(4):
        own = [member for member, number in zip(members, contests, strict=True) if number == contest]
        assert {member.step_size for member in own} == {0.1, 0.3}
        assert len({(member.variant, member.seed) for member in own}) == 1


SIZES = [1e-9, 0.3, 1e30, 1e-6]  # the second is the only one that learns anything
NETWORKS = 3


def task(members):
    """A task that is learned in a few steps."""
    images = data().images
    return Data.shared(images, (images[:, 0] > 0).long(), members)


def of_contests(optimizer="sgd", session=None, **others):
    members, contests = at_each(SIZES, ["vanilla"], range(NETWORKS))
    network = ensemble(True, [member.seed for member in members])
    plan = {"epochs": 4, "measure_at": [0, 3, 12], "contests": contests, "optimizer": optimizer} | others
    key = keys([member.seed for member in members])
    return members, trained(
        network, task(len(members)), [m.step_size for m in members], keys=key, session=session, **plan
    )


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_what_stays_is_trained_as_if_it_had_been_alone(optimizer):
    members, found = of_contests(optimizer)
    assert [(members[number].step_size, members[number].seed) for number in found.members] == [
        (0.3, n) for n in range(3)
    ]
    alone = ensemble(True, range(NETWORKS))
    history = fit(alone, task(3), [0.3] * 3, keys=keys(range(3)), epochs=4, measure_at=[0, 3, 12], optimizer=optimizer)
    for ours, theirs in zip(found.network.parameters(), alone.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert [row | {"member": row["member"] - 3} for row in found.history] == history


def test_what_was_dropped_is_recorded_with_the_loss_that_decided():
    members, found = of_contests()
    assert len(found.dropped) == 9
    assert {(members[each.member].step_size, each.step) for each in found.dropped} >= {(1e30, 3)}
    assert {each.step for each in found.dropped} == {3, 6}
    first = [each for each in found.dropped if members[each.member].seed == 0 and each.step == 3]
    [(size, loss)] = [(members[each.member].step_size, each.loss) for each in first if math.isfinite(each.loss)]
    history = fit(ensemble(True, [0]), task(1), [size], keys=keys([0]), epochs=4, measure_at=[2, 3])
    assert loss == pytest.approx(history[1]["loss"])  # of the last quarter of three steps: of the third
    rows = tried(found, members)
    assert {row["phase"] for row in rows} == {"search"}
    assert [row["diverged"] for row in rows if row["step_size"] == 1e30] == [True] * 3
    assert all((row["loss"] is None) == row["diverged"] for row in rows)


def test_the_course_has_every_network_once_to_its_end():
    members, found = of_contests()
    rows = course(found, members, task(len(members)), BATCH)
    ends = [row for row in rows if row["final_loss"] is not None]
    assert [(row["seed"], row["step"], row["phase"]) for row in ends] == [(n, 12, "final") for n in range(3)]
    assert len({frozenset(row) for row in rows}) == 1


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", [2, 3, 4, 6, 7])
def test_a_training_killed_before_at_or_after_a_halving_ends_as_ever(tmp_path, step, monkeypatch):
    _, whole = of_contests("adam")
    save = Session._save

    def and_die(self, path, content):
        save(self, path, content)
        if content["step"] == step:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Session, "_save", and_die)
        with pytest.raises(Killed):
            of_contests("adam", Session(tmp_path, every=0.0))
    _, resumed = of_contests("adam", Session(tmp_path, every=0.0))
    assert (resumed.members, resumed.history) == (whole.members, whole.history)
    assert repr(resumed.dropped) == repr(whole.dropped)  # a loss may be NaN
    for ours, theirs in zip(resumed.network.parameters(), whole.network.parameters(), strict=True):
        assert torch.equal(ours, theirs)
