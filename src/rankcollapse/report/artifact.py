"""The artifact appendix of the paper: what made each figure and what the run took, from provenance and benchmarks."""

from collections.abc import Iterable

from rankcollapse.datasets.catalogue import find
from rankcollapse.provenance.records import FrameRecord, Manifest
from rankcollapse.report.latex_rows import latex_rows
from rankcollapse.report.numbers import escape, number

Made = dict[str, tuple[list[str], list[str]]]  # by experiment: the frames of its figure, the claims it shows


def _round(value: float | None) -> str:
    return number(None if value is None else round(value))


def _peak(frames: list[FrameRecord]) -> float | None:
    """The largest memory of a job of some frames, MB."""
    return max((frame.cost.peak_mb for frame in frames if frame.cost.peak_mb is not None), default=None)


def _made(made: Made) -> list[list[str]]:
    """For each figure: its module, the frames it is drawn from, the claims it shows."""
    return [
        [
            rf"\madehere{{{escape(name)}}}",
            ", ".join(rf"\texttt{{{escape(frame)}}}" for frame in frames),
            ", ".join(claims) or "--",
        ]
        for name, (frames, claims) in made.items()
    ]


def _costs(manifest: Manifest, made: Made) -> list[list[str]]:
    """For each experiment that has cells: how many, and what they took."""
    of_each = {
        name: [frame for key, frame in manifest.frames.items() if key.partition(".")[0] == name] for name in made
    }
    return [
        [
            rf"\texttt{{{escape(name)}}}",
            number(sum(frame.cost.jobs for frame in frames)),
            _round(sum(frame.cost.job_seconds for frame in frames)),
            _round(sum(frame.seconds for frame in frames)),
            _round(_peak(frames)),
        ]
        for name, frames in of_each.items()
        if frames
    ]


def _scales(manifest: Manifest, references: list[Manifest]) -> list[list[str]]:
    """For this run and each reference run of another scale: device, cells, what they took, space on disk."""
    runs = [manifest, *(other for other in references if other.scale != manifest.scale)]
    return [
        [
            rf"\texttt{{{escape(run.scale)}}}",
            escape(", ".join(run.devices)),
            number(sum(frame.cost.jobs for frame in run.frames.values())),
            number(round(sum(frame.cost.job_seconds for frame in run.frames.values()) / 60, 1)),
            _round(_peak(list(run.frames.values()))),
            _round(run.disk_mb),
        ]
        for run in runs
    ]


def _data(manifest: Manifest) -> list[list[str]]:
    """For each data set that was read: what it is, its licence, the hash of its training images."""
    read = {name: files for cell in manifest.cells for name, files in cell.data.items()}
    return [
        [escape(find(name).title), escape(find(name).licence), rf"\texttt{{{next(iter(files.values()))[:16]}}}"]
        for name, files in sorted(read.items())
    ]


def numbers(manifest: Manifest, references: list[Manifest], made: Made) -> dict[str, str]:
    """Results by name, as LaTeX.

    Args:
        manifest: of the run.
        references: of all reference results.
        made: for every experiment the frames that its figure is drawn from, and the claims it shows.
    """
    frames, cells = list(manifest.frames.values()), manifest.cells
    packages = [package for cell in cells for package in cell.packages.items()]  # of all versions that computed
    job_seconds = sum(frame.cost.job_seconds for frame in frames)
    starting = 100 * (1 - sum(frame.seconds for frame in frames) / job_seconds) if job_seconds else None

    def distinct(values: Iterable[object]) -> str:
        return ", ".join(sorted({escape(str(value)) for value in values}))

    return {
        "artifact.figures": latex_rows(_made(made)),
        "artifact.costs": latex_rows(_costs(manifest, made)),
        "artifact.scales": latex_rows(_scales(manifest, references)),
        "artifact.data": latex_rows(_data(manifest)),
        "artifact.python": distinct(cell.python for cell in cells),
        "artifact.platform": distinct(cell.platform for cell in cells),
        "artifact.threads": distinct(cell.threads for cell in cells),
        "artifact.packages": distinct(f"{name} {version}" for name, version in packages),
        "artifact.jobs": number(sum(frame.cost.jobs for frame in frames)),
        "artifact.minutes": number(round(job_seconds / 60, 1)),
        "artifact.startup": _round(starting),
        "artifact.peak": _round(_peak(frames)),
        "artifact.disk": _round(manifest.disk_mb),
    }
