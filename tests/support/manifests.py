"""Made-up provenance of cells, frames and runs, whole as the models want it."""

from rankcollapse.provenance.records import CellRecord, Cost, FrameRecord, Manifest

IMAGES = "0123456789abcdef" + 48 * "0"


def cell(**changes):
    """The provenance of a cell on the embedded data set."""
    values = {
        "commit": "a" * 40,
        "clean": True,
        "module": "rankcollapse.experiments.trainability.rank",
        "settings": {},
        "settings_sha256": 64 * "0",
        "source_sha256": 64 * "0",
        "data": {"fashion-mnist-mini": {"images": IMAGES}},
        "packages": {"torch": "2.13.0"},
        "python": "3.11.2",
        "platform": "Linux_x",
        "device": "cpu",
        "threads": 1,
        "float32_matmul_precision": "highest",
        "processor": "a processor",
        "instructions": "AVX2",
        "kernels": "torch, BLAS mkl",
        "started": "2026-01-02T03:04:05+00:00",
    }
    return CellRecord(**(values | changes))


def frame(*cells, jobs=1, job_seconds=10.0, seconds=4.0, peak_mb=900.4, device="cpu", phases=None):
    """The provenance of a frame of these cells."""
    return FrameRecord(
        rows=1,
        settings_sha256=64 * "0",
        seconds=seconds,
        phases=phases or {},
        cost=Cost(jobs=jobs, job_seconds=job_seconds, peak_mb=peak_mb),
        devices=[device],
        cells=list(cells),
    )


def manifest(frames, scale="small", settings=None, disk_mb=41.6):
    """The provenance of a run of these frames."""
    return Manifest(
        commit="a" * 40,
        clean=True,
        scale=scale,
        settings=settings or {},
        settings_sha256={},
        disk_mb=disk_mb,
        frames=frames,
    )
