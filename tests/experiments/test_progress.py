"""The time that is left, against what a recorded run took in the end."""

from datetime import datetime, timedelta
from math import inf, nan

import pytest
from support.paths import ROOT

from rankcollapse.experiments.costs import START_UP, Job
from rankcollapse.experiments.progress import progress, seconds_left
from rankcollapse.provenance.records import Manifest


@pytest.fixture(scope="module")
def recorded():
    """The jobs of the reference results of scale laptop in the order in which they ended, with their starts."""
    manifest = Manifest.read(ROOT / "results/reference/laptop/manifest.json")
    ended = [
        (datetime.fromisoformat(cell.started) + timedelta(seconds=cell.seconds), name, cell)
        for name, frame in manifest.frames.items()
        for cell in frame.cells
    ]
    return [
        Job(name, cell.settings, START_UP + cell.seconds) for _, name, cell in sorted(ended, key=lambda each: each[0])
    ]


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_the_time_left_is_right_within_a_third_when_nothing_is_known_of_other_runs(recorded, share):
    assert len(recorded) > 90
    total, done = sum(job.seconds for job in recorded), 0
    while sum(job.seconds for job in recorded[:done]) < share * total:
        done += 1
    rest = recorded[done:]
    left = seconds_left([], recorded[:done], [job._replace(seconds=nan) for job in rest])
    assert left == pytest.approx(sum(job.seconds for job in rest), rel=1 / 3)


def test_progress_says_what_is_done_what_runs_and_what_is_left():
    job = Job(
        "two_classes.training", {"dataset": "fashion-mnist-mini", "width": 128, "seeds": 6, "epochs": 4, "depth": 16}
    )
    hour = job._replace(seconds=3600.0)
    told = progress([], [hour], [job] * 3, [(job, 1800.0), (job, inf)], cores=2).splitlines()
    assert told[1] == "jobs that compute: 1 of 6 done, 2 running"
    assert told[2] == "core-hours: 1.0 done, 3.6 are left"
    assert told[3] == "time left on 2 cores: about 1 h 48 min"
    unknown = progress([], [], [job], [], cores=2)
    assert "nothing is known yet" in unknown
    assert "time left" not in unknown
