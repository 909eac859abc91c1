"""The artifact appendix: what a run cost, from benchmark files, and the rows and totals that its manifest gives."""

from rankcollapse.artifact import numbers
from rankcollapse.config import experiments
from rankcollapse.costs import cost, disk_mb
from rankcollapse.datasets.catalogue import find

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def test_the_cost_of_jobs_is_the_sum_of_seconds_and_the_largest_memory(tmp_path):
    lines = {"a": "10.04\t0:00:10\t300.5\t1\t1\t1\t1\t1\t1\t1\n", "b": "0.5\t0:00:00" + 8 * "\tNA" + "\n"}
    lines["c"] = "2.0\t0:00:02\t1200.25\t1\t1\t1\t1\t1\t1\t1\n"
    for name, line in lines.items():
        (tmp_path / f"{name}.tsv").write_text(HEAD + line)
    a, b, c = (tmp_path / f"{name}.tsv" for name in lines)
    assert cost([a, b, c]) == {"jobs": 3, "job_seconds": 12.5, "peak_mb": 1200.25}
    assert cost([b]) == {"jobs": 1, "job_seconds": 0.5, "peak_mb": None}
    assert cost([]) == {"jobs": 0, "job_seconds": 0, "peak_mb": None}
    (tmp_path / "again.tsv").write_text(HEAD + lines["a"] + lines["c"])  # a job that was repeated
    assert cost([tmp_path / "again.tsv"]) == {"jobs": 2, "job_seconds": 12.0, "peak_mb": 1200.25}


def test_space_on_disk_is_that_of_all_files_below(tmp_path):
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "a").write_bytes(bytes(1_500_000))
    (tmp_path / "deep/er/b").write_bytes(bytes(620_000))
    assert disk_mb(tmp_path) == 2.1


def cell(**changes):
    shared = {"python": "3.11.2", "platform": "Linux_x", "threads": 1, "packages": {"torch": "2.13.0"}}
    return shared | {"data": {"fashion-mnist-mini": {"images": "0123456789abcdef" + 48 * "0"}}} | changes


def frame(jobs, job_seconds, seconds, peak, *cells, device="cpu"):
    made = {"jobs": jobs, "job_seconds": job_seconds, "peak_mb": peak}
    return {"cost": made, "seconds": seconds, "devices": [device], "cells": list(cells)}


def manifest(scale="small", disk=41.6):
    frames = {
        "depth.rank": frame(2, 10.0, 4.0, 900.4, cell(), cell(threads=2)),
        "depth.training": frame(30, 1190.0, 1076.0, 1500.6, cell(data={}), device="cpu_b"),
        "deep.chain": frame(1, 0.0, 0.0, None, cell(data={}, packages={"numpy": "2.4.6", "torch": "2.14.0"})),
    }
    return {"scale": scale, "disk_mb": disk, "frames": frames}


def test_totals_of_the_artifact_are_those_of_its_frames():
    found = numbers(manifest(), [])
    names = ("jobs", "minutes", "startup", "peak", "disk", "python", "platform", "threads", "packages")
    # of 1,200 job-seconds 1,080 computed
    assert [found[f"artifact.{name}"] for name in names] == [
        "33", "20", "10", r"1\,501", "42", "3.11.2", r"Linux\_x", "1, 2", "numpy 2.4.6, torch 2.13.0, torch 2.14.0",
    ]  # fmt: skip
    idle = manifest() | {"frames": {"deep.chain": manifest()["frames"]["deep.chain"]}}
    found = numbers(idle, [])
    assert (found["artifact.startup"], found["artifact.peak"], found["artifact.data"]) == ("--", "--", "")


def test_rows_of_the_artifact_are_its_experiments_scales_and_data_sets():
    found = numbers(manifest(), [manifest("large_x", 1000.0), manifest("small", 7.0)])
    assert found["artifact.costs"].split("\n") == [
        r"\texttt{depth} & 32 & 1\,200 & 1\,080 & 1\,501 \\",
        r"\texttt{deep} & 1 & 0 & 0 & -- \\",
    ]
    assert found["artifact.scales"].split("\n") == [
        r"\texttt{small} & cpu, cpu\_b & 33 & 20 & 1\,501 & 42 \\",
        r"\texttt{large\_x} & cpu, cpu\_b & 33 & 20 & 1\,501 & 1\,000 \\",  # not the reference of the same scale
    ]
    data = find("fashion-mnist-mini")
    assert found["artifact.data"] == rf"{data.title} & {data.licence} & \texttt{{0123456789abcdef}} \\"
    figures = {line.partition(" & ")[0]: line for line in found["artifact.figures"].split("\n")}
    assert list(figures) == [rf"\madehere{{{name}}}" for name in experiments()]
    assert figures[r"\madehere{depth}"] == (
        r"\madehere{depth} & \texttt{depth.rank}, \texttt{depth.training} & C1, C2 \\"
    )
    uses = figures[r"\madehere{deviations}"]
    assert uses.count(r"\texttt{") == len(experiments()["deviations"].uses)
    assert uses.endswith(r" & E4 \\")
