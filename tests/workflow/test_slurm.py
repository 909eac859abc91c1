"""The graph on a real Slurm of one node, brought up from Debian's packages on loopback and stopped again."""

import os
import re
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.projects import SMOKE, Project

pytestmark = pytest.mark.slurm


PACKAGES = ["slurmctld", "slurmd", "slurm-client"]


CONFIGURATION = Path("/etc/slurm")  # a configuration elsewhere is lost inside jobs


# Two GPUs that are none: Slurm hands out any device files, and their numbers in CUDA_VISIBLE_DEVICES.
SLURM_CONF = """
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/none
CredType=cred/none
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=0
GresTypes=gpu
ReturnToService=2
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:2 State=UNKNOWN
PartitionName=cpu Nodes={host} Default=YES
PartitionName=gpu Nodes={host}
"""


GRES_CONF = "Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n"


# what a loopback cluster needs to be fast; the profile keeps the intervals that a shared one wants
FAST = (
    *("--workflow-profile", "profiles/slurm", "--slurm-no-account", "--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1"),
    *("--cores", "2", "--latency-wait", "5"),
)


def installed():
    return all(map(shutil.which, ("slurmctld", "slurmd", "sbatch")))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Slurm on this machine, with two GPUs that are none."""
    if os.getuid() != 0:
        pytest.skip("starting Slurm needs root")
    if not installed() and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], **quiet)
    if not installed():
        pytest.skip(f"Slurm is not installed; on Debian: apt-get install {' '.join(PACKAGES)}")
    if (CONFIGURATION / "slurm.conf").exists():
        pytest.skip(f"{CONFIGURATION}/slurm.conf exists: this machine is part of a cluster")
    folder = tmp_path_factory.mktemp("slurm")
    (folder / "state").mkdir()
    (folder / "spool").mkdir()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    values = {"host": socket.gethostname(), "folder": folder, "cpus": os.cpu_count(), "memory": memory - 100}
    written = {"slurm.conf": SLURM_CONF.format(**values), "gres.conf": GRES_CONF}
    daemons = []
    try:
        for name, text in written.items():
            (CONFIGURATION / name).write_text(text)
        daemons = [subprocess.Popen([name, "-D"], stderr=subprocess.DEVNULL) for name in ("slurmctld", "slurmd")]
        wait_for(lambda: "idle" in output("sinfo", "--noheader", "--format=%T"), 60)
        yield
        left = output("squeue", "--noheader")
        assert left == "", left
    finally:
        subprocess.run(["scancel", "--user=root"], capture_output=True)
        for daemon in reversed(daemons):
            daemon.terminate()
        for daemon in daemons:
            daemon.wait(30)
        for name in written:
            (CONFIGURATION / name).unlink(missing_ok=True)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def wait_for(condition, seconds):
    for _ in range(10 * seconds):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {condition}")


@pytest.fixture(scope="module")
def local(cluster, tmp_path_factory):
    """A copy of the project that runs here."""
    return Project(tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="module")
def remote(cluster, tmp_path_factory):
    """A copy of the project that runs on the cluster."""
    return Project(tmp_path_factory.mktemp("remote"))


def submitted():
    """Of every job that Slurm still remembers: partition, state, MB, GPUs."""
    jobs = output("scontrol", "--oneliner", "show", "jobs").splitlines()
    fields = [dict(re.findall(r"(\w+)=(\S*)", job)) for job in jobs]
    return [
        (job["Partition"], job["JobState"], job["MinMemoryNode"], job.get("TresPerJob"))
        for job in fields
        if "JobId" in job
    ]


def test_a_job_that_runs_out_of_memory_is_tried_again_with_more(remote):
    base = remote.folder / "src/rankcollapse/experiments/base.py"
    before = base.read_text()
    base.write_text(before.replace("memory: int = 3000", "memory: int = 300"))  # less than torch takes
    done = remote.snakemake("results/smoke/cells/fixed_batch.chain/activation~relu.parquet", *FAST, *SMOKE)
    base.write_text(before)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Trying to restart job" in done.stdout + done.stderr
    assert submitted() == [("gpu", "FAILED", "300M", None), ("gpu", "COMPLETED", "600M", None)]


def test_training_that_was_cancelled_goes_on_and_ends_with_the_same_bytes(local, remote):
    cell = Path("results/smoke/cells/trainability.training/variant~bn+depth~16.parquet")
    long = (*SMOKE, 'trainability={"training": {"epochs": 5}}')
    checkpoint = remote.folder / cell.with_suffix(".checkpoints") / "search.checkpoint"
    with ThreadPoolExecutor() as pool:
        run = pool.submit(remote.snakemake, str(cell), *FAST, "--retries", "0", *long)
        wait_for(lambda: checkpoint.exists() or run.done(), 120)
        subprocess.run(["scancel", "--user=root"], check=True)
        assert run.result().returncode != 0
    assert checkpoint.exists()
    assert not (remote.folder / cell).exists()
    done = remote.snakemake(str(cell), *FAST, *long)
    assert done.returncode == 0, done.stdout + done.stderr
    log = remote.folder / "results/smoke/logs/cells/trainability.training/variant~bn+depth~16.log"
    assert "search: going on from step" in log.read_text()
    assert local.snakemake(str(cell), *long).returncode == 0
    assert (remote.folder / cell).read_bytes() == (local.folder / cell).read_bytes()


def test_all_frames_have_the_bytes_of_a_local_run(local, remote):
    target = "results/smoke/claims.json"  # of all frames
    done = local.snakemake(target, "--cores", "2", *SMOKE)
    assert done.returncode == 0, done.stdout + done.stderr
    known = len(submitted())
    done = remote.snakemake(target, *FAST, *SMOKE, "device=auto")  # on the cluster, auto asks for a GPU
    assert done.returncode == 0, done.stdout + done.stderr
    frames = sorted(path.name for path in (local.folder / "results/smoke/frames").glob("*.parquet"))
    assert len(frames) == 24
    for name in (*(f"frames/{frame}" for frame in frames), "claims.json"):
        path = f"results/smoke/{name}"
        assert (remote.folder / path).read_bytes() == (local.folder / path).read_bytes(), name
    jobs = submitted()[known:]
    assert {job[1] for job in jobs} == {"COMPLETED"}
    # one GPU a submission on the one partition, none on the other, where what is gathered and judged is one submission
    assert {job[3] for job in jobs if job[0] == "gpu"} == {"gres:gpu:1"}
    assert [job[3] for job in jobs if job[0] == "cpu"] == [None]
    cells = len(list((local.folder / "results/smoke/cells").glob("*/*.parquet")))
    assert len(jobs) <= cells - 4  # the cells at initialization share one
