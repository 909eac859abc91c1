"""Checkpoints: killed at any moment, a run ends with the same bytes; and what is not its own it leaves alone."""

import itertools
import json
import multiprocessing
import os
import random
import shutil
import signal
import threading
import time

import pytest
import torch

from rankcollapse.commands.run import run_cell
from rankcollapse.datasets.fetch import fetch
from rankcollapse.training.session import Session

SETTINGS = {
    "variant": "vanilla", "depth": 3, "dataset": "fashion-mnist-mini", "width": 8, "batch_size": 400, "epochs": 1,
    "step_sizes": [0.1, 0.3], "seeds": 2, "pretraining_batches": 3, "pretraining_steps": 6,
    "pretraining_step_size": 0.05, "tau": 0.1,
}  # fmt: skip


TRAINING_STEPS = 30


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RANKCOLLAPSE_CACHE", str(tmp_path / "cache"))


def start(output, every=0.0, **changes):
    """A process that computes a cell of Figure 4 and saves a checkpoint after every step."""
    settings = [f"{key}={json.dumps(value)}" for key, value in (SETTINGS | changes).items()]
    arguments = ("pretraining.training", settings, output, "cpu", 1, every)
    process = multiprocessing.get_context("fork").Process(target=run_cell, args=arguments)
    process.start()
    return process


def finish(output, **changes):
    process = start(output, every=3600.0, **changes)
    process.join()
    assert process.exitcode == 0
    return output.read_bytes()


def test_twenty_kills_and_twenty_identical_endings(tmp_path, monkeypatch):
    fetch("fashion-mnist-mini")
    whole = finish(tmp_path / "whole.parquet")
    steps = SETTINGS["pretraining_batches"] * SETTINGS["pretraining_steps"] + TRAINING_STEPS
    moments, save = random.Random(0), Session._save
    for number in range(20):
        output, saves, left = tmp_path / f"{number}.parquet", moments.randrange(1, steps - 3), moments.uniform(0, 0.02)
        counted = itertools.count(1)

        def save_and_die(session, path, content, counted=counted, saves=saves, left=left):
            if next(counted) == saves:  # within a checkpoint, between two, or in a step: the timer knows nothing of it
                threading.Timer(left, os.kill, (os.getpid(), signal.SIGKILL)).start()
            save(session, path, content)

        with monkeypatch.context() as patch:
            patch.setattr(Session, "_save", save_and_die)
            killed = start(output)
            killed.join()
        assert killed.exitcode == -signal.SIGKILL
        assert finish(output) == whole
        assert not output.with_suffix(".checkpoints").exists()


def test_two_processes_on_one_cell_do_not_disturb_each_other(tmp_path):
    """A job goes on when Snakemake alone is killed, and the run that follows starts it again beside it."""
    fetch("fashion-mnist-mini")
    whole, moments = finish(tmp_path / "whole.parquet"), random.Random(0)
    for number in range(10):
        output = tmp_path / f"{number}.parquet"
        orphan = start(output)
        time.sleep(moments.uniform(0, 0.3))
        again = start(output)
        orphan.join()
        again.join()
        assert (orphan.exitcode, again.exitcode) == (0, 0)
        assert output.read_bytes() == whole


def test_a_folder_that_goes_while_a_checkpoint_is_saved_does_not_stop_the_work(tmp_path, monkeypatch):
    """Another process on the cell is done, between our finding the folder there and our looking again."""
    make = os.mkdir

    def make_late(path, *arguments):
        try:
            make(path, *arguments)
        except FileExistsError:
            shutil.rmtree(path)
            raise

    monkeypatch.setattr(os, "mkdir", make_late)
    for name in ("first", "second"):
        assert count(Session(tmp_path / "checkpoints", "a", 0), 10, name=name) == count(Session(), 10)


def count(session, steps, stop=None, name="count"):
    """Adds up random numbers, one a step; stops as if killed before step `stop`."""
    total = torch.zeros(1)
    counted = session.phase(name, steps, lambda: [total], lambda saved: total.copy_(saved[0]))
    for step in counted:
        if step == stop:
            return None
        total.add_(torch.rand(1, generator=torch.Generator().manual_seed(step)))
    return total


def test_a_phase_goes_on_where_it_stopped_and_a_finished_one_is_not_done_again(tmp_path):
    whole = count(Session(), 10)
    assert count(Session(tmp_path, "a", 0), 10, stop=7) is None
    session = Session(tmp_path, "a", 0)
    assert torch.equal(count(session, 10), whole)
    assert count(Session(tmp_path, "a", 0), 10, stop=0) == whole  # no step is left to stop at
    assert session.clock["count"][-1][0] == 10
    session.forget()
    assert not tmp_path.exists()


@pytest.mark.parametrize("damage", ["identity", "cut", "flipped"])
def test_a_checkpoint_that_is_not_right_is_not_used(tmp_path, damage, capsys):
    assert count(Session(tmp_path, "a", 0), 10, stop=7) is None
    path = tmp_path / "count.checkpoint"
    raw = bytearray(path.read_bytes())
    if damage == "flipped":
        raw[100] ^= 1
    path.write_bytes(raw[:-1] if damage == "cut" else raw)
    steps = []
    session = Session(tmp_path, "b" if damage == "identity" else "a", 3600)
    for step in session.phase("count", 10, lambda: None, lambda saved: pytest.fail("it was used")):
        steps.append(step)
    assert steps == list(range(10))
    assert "starting the phase anew" in capsys.readouterr().err


def test_another_setting_does_not_take_over_a_checkpoint(tmp_path):
    fetch("fashion-mnist-mini")
    output = tmp_path / "cell.parquet"
    process = start(output)
    while not any(output.with_suffix(".checkpoints").glob("*training.checkpoint")):
        assert process.is_alive()
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert finish(output, seeds=3) == finish(tmp_path / "other.parquet", seeds=3)


def test_progress_in_a_log_is_plain_lines(capsys, monkeypatch):
    monkeypatch.setattr("rankcollapse.training.session.SECONDS_BETWEEN_LINES", 0)
    for _ in Session().phase("walk", 3, lambda: None, lambda saved: None):
        pass
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["walk: step 1/3", "walk: step 2/3", "walk: step 3/3"]
    assert all("steps/s" in line and "s left" in line for line in lines)


def test_the_clock_goes_on_from_the_checkpoint(tmp_path):
    first = Session(tmp_path, "a", 0)
    for step in first.phase("walk", 4, lambda: None, lambda saved: None):
        time.sleep(0.05)
        first.mark("walk", step + 1)
        if step == 2:
            break
    second = Session(tmp_path, "a", 0)
    for step in second.phase("walk", 4, lambda: None, lambda saved: None):
        second.mark("walk", step + 1)
    steps, seconds = zip(*second.clock["walk"], strict=True)
    assert steps == (1, 2, 3, 4)
    assert list(seconds) == sorted(seconds)
    assert seconds[-1] >= 0.1


def test_parts_of_a_session_keep_their_phases_apart(tmp_path):
    session = Session(tmp_path, "a", 0)
    first, second = session.within("0-"), session.within("1-")
    assert count(first, 10) == count(Session(), 10)
    assert count(second, 5) == count(Session(), 5)
    assert set(session.clock) == {"0-count", "1-count"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0-count.checkpoint", "1-count.checkpoint"]
    assert count(first.within("1-"), 3) == count(Session(), 3)
    assert "0-1-count" in session.clock


def test_the_seconds_of_all_parts_that_were_done_before_are_those_of_the_session(tmp_path):
    first = Session(tmp_path, "a", 0)
    for prefix in ("0-", "1-"):
        for _ in first.within(prefix).phase("walk", 2, lambda: None, lambda saved: None):
            time.sleep(0.02)
    assert first.earlier == 0
    second = Session(tmp_path, "a", 0)
    for prefix in ("0-", "1-"):
        assert list(second.within(prefix).phase("walk", 2, lambda: None, lambda saved: None)) == []
    assert second.earlier >= 0.08
    assert second.earlier == pytest.approx(sum(clock[-1][1] for clock in second.clock.values()), abs=0.01)
