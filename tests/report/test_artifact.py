"""The artifact appendix: the rows and totals that the manifest of a run gives."""

from support.manifests import cell, frame, manifest

from rankcollapse.datasets.catalogue import find
from rankcollapse.report.artifact import numbers

MADE = {
    "deviations": (["trainability.adam", "extreme_depth.chain"], ["E4"]),
    "extreme_depth": (["extreme_depth.chain"], []),
    "trainability": (["trainability.rank", "trainability.training"], ["C1", "C2"]),
}


def run(scale="small", disk=41.6):
    versions = {"numpy": "2.4.6", "torch": "2.14.0"}
    frames = {
        "trainability.rank": frame(cell(), cell(threads=2), jobs=2, job_seconds=10.0, seconds=4.0, peak_mb=900.4),
        "trainability.training": frame(
            cell(data={}), jobs=30, job_seconds=1190.0, seconds=1076.0, peak_mb=1500.6, device="cpu_b"
        ),
        "extreme_depth.chain": frame(cell(data={}, packages=versions), job_seconds=0.0, seconds=0.0, peak_mb=None),
    }
    return manifest(frames, scale, disk_mb=disk)


def test_totals_of_the_artifact_are_those_of_its_frames():
    found = numbers(run(), [], MADE)
    names = ("jobs", "minutes", "startup", "peak", "disk", "python", "platform", "threads", "packages")
    # of 1,200 job-seconds 1,080 computed
    assert [found[f"artifact.{name}"] for name in names] == [
        "33", "20", "10", r"1\,501", "42", "3.11.2", r"Linux\_x", "1, 2", "numpy 2.4.6, torch 2.13.0, torch 2.14.0",
    ]  # fmt: skip
    idle = manifest({"extreme_depth.chain": run().frames["extreme_depth.chain"]})
    found = numbers(idle, [], MADE)
    assert (found["artifact.startup"], found["artifact.peak"], found["artifact.data"]) == ("--", "--", "")


def test_rows_of_the_artifact_are_its_experiments_scales_and_data_sets():
    found = numbers(run(), [run("large_x", 1000.0), run("small", 7.0)], MADE)
    assert found["artifact.costs"].split("\n") == [
        r"\texttt{extreme\_depth} & 1 & 0 & 0 & -- \\",
        r"\texttt{trainability} & 32 & 1\,200 & 1\,080 & 1\,501 \\",
    ]
    assert found["artifact.scales"].split("\n") == [
        r"\texttt{small} & cpu, cpu\_b & 33 & 20 & 1\,501 & 42 \\",
        r"\texttt{large\_x} & cpu, cpu\_b & 33 & 20 & 1\,501 & 1\,000 \\",  # not the reference of the same scale
    ]
    data = find("fashion-mnist-mini")
    assert found["artifact.data"] == rf"{data.title} & {data.licence} & \texttt{{0123456789abcdef}} \\"
    assert found["artifact.figures"].split("\n") == [
        r"\madehere{deviations} & \texttt{trainability.adam}, \texttt{extreme\_depth.chain} & E4 \\",
        r"\madehere{extreme\_depth} & \texttt{extreme\_depth.chain} & -- \\",
        r"\madehere{trainability} & \texttt{trainability.rank}, \texttt{trainability.training} & C1, C2 \\",
    ]
