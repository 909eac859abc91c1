"""One job a GPU, on a machine whose GPUs are a faked list."""

import os
import subprocess
import sys

from rankcollapse.training.devices import take_gpu, visible_gpus

TAKE = "import os, sys; from rankcollapse.training.devices import take_gpu; lock = take_gpu();"


TAKE += "print(os.environ['CUDA_VISIBLE_DEVICES'], flush=True); sys.stdin.read()"


class Job:
    """A process that takes a GPU and keeps it."""

    def __init__(self):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, "-c", TAKE], stdin=pipe, stdout=pipe, text=True)
        self.gpu = self.process.stdout.readline().strip()

    def kill(self):
        self.process.kill()
        self.process.wait()


def test_jobs_take_different_gpus_and_give_them_back_however_they_end(machine):
    jobs = [Job() for _ in range(3)]
    try:
        assert sorted(job.gpu for job in jobs[:2]) == ["GPU-A", "GPU-B"]
        assert jobs[2].gpu in ("GPU-A", "GPU-B")  # none is free: it shares one
        for job in (jobs[2], jobs[1]):
            job.kill()
        jobs.append(Job())
        assert jobs[3].gpu == jobs[1].gpu
        jobs.append(Job())  # both are taken again: the two third jobs do not share the same one
        jobs.append(Job())
        assert sorted(job.gpu for job in jobs[4:]) == ["GPU-A", "GPU-B"]
    finally:
        for job in jobs:
            job.kill()


def test_no_gpu_is_taken_where_there_is_no_choice(machine, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")  # as Slurm gives it to a job
    assert (take_gpu(), os.environ["CUDA_VISIBLE_DEVICES"]) == (None, "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, 3")
    assert visible_gpus() == ["2", "3"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert take_gpu() is None
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    (machine / "bin/nvidia-smi").write_text("#!/bin/sh\necho 'no driver' >&2\nexit 9\n")
    assert take_gpu() is None
