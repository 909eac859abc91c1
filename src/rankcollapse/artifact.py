"""The artifact appendix of the paper: what made each figure and what the run took, from provenance and benchmarks."""

from collections.abc import Iterable
from typing import Any

from rankcollapse.config import experiments
from rankcollapse.datasets.catalogue import find
from rankcollapse.ledger import LEDGER
from rankcollapse.numbers import escape, number


def _cells(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for frame in manifest["frames"].values() for cell in frame["cells"]]


def _frames(name: str, manifest: dict[str, Any]) -> list[str]:
    """The frames that an experiment has of its own."""
    return [frame for frame in manifest["frames"] if frame.partition(".")[0] == name]


def _total(frames: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What some frames took: their jobs, job-seconds, seconds of computing, and the largest memory of a job (MB)."""
    frames = list(frames)
    sums = {key: sum(frame["cost"][key] for frame in frames) for key in ("jobs", "job_seconds")}
    peaks = [frame["cost"]["peak_mb"] for frame in frames if frame["cost"]["peak_mb"] is not None]
    return sums | {"seconds": sum(frame["seconds"] for frame in frames), "peak_mb": max(peaks, default=None)}


def _row(*cells: str) -> str:
    return " & ".join(cells) + r" \\"


def _round(value: float | None) -> str:
    return number(None if value is None else round(value))


def _made(manifest: dict[str, Any]) -> list[str]:
    """For each figure: its module, the frames it is drawn from, the claims it shows."""
    rows = []
    for name, settings in experiments().items():
        used = [*_frames(name, manifest), *settings.uses]
        claims = ", ".join(id for id, claim in LEDGER.items() if claim.figure == name)
        frames = ", ".join(rf"\texttt{{{escape(frame)}}}" for frame in used)
        rows.append(_row(rf"\madehere{{{name}}}", frames, claims or "--"))
    return rows


def _costs(manifest: dict[str, Any]) -> list[str]:
    """For each experiment that has cells: how many, and what they took."""
    rows = []
    for name in experiments():
        if own := _frames(name, manifest):
            total = _total(manifest["frames"][frame] for frame in own)
            rows.append(
                _row(
                    rf"\texttt{{{name}}}",
                    number(total["jobs"]),
                    _round(total["job_seconds"]),
                    _round(total["seconds"]),
                    _round(total["peak_mb"]),
                )
            )
    return rows


def _scales(manifest: dict[str, Any], references: list[dict[str, Any]]) -> list[str]:
    """For this run and each reference run of another scale: device, cells, what they took, space on disk."""
    rows = []
    for run in [manifest, *(other for other in references if other["scale"] != manifest["scale"])]:
        total = _total(run["frames"].values())
        devices = sorted({device for frame in run["frames"].values() for device in frame["devices"]})
        rows.append(
            _row(
                rf"\texttt{{{escape(run['scale'])}}}",
                escape(", ".join(devices)),
                number(total["jobs"]),
                number(round(total["job_seconds"] / 60, 1)),
                _round(total["peak_mb"]),
                _round(run["disk_mb"]),
            )
        )
    return rows


def _data(manifest: dict[str, Any]) -> list[str]:
    """For each data set that was read: what it is, its licence, the hash of its training images."""
    rows = []
    for name, files in sorted(
        {name: files for cell in _cells(manifest) for name, files in cell["data"].items()}.items()
    ):
        entry = find(name)
        digest = next(iter(files.values()))
        rows.append(_row(escape(entry.title), escape(entry.licence), rf"\texttt{{{digest[:16]}}}"))
    return rows


def numbers(manifest: dict[str, Any], references: list[dict[str, Any]]) -> dict[str, str]:
    """Results by name, as LaTeX.

    Args:
        manifest: manifest.json of the run.
        references: those of all reference results.
    """
    references = [run for run in references if "disk_mb" in run]  # older ones did not record what they took
    cells = _cells(manifest)
    packages = [package for cell in cells for package in cell["packages"].items()]  # of all versions that computed
    total = _total(manifest["frames"].values())
    starting = 1 - total["seconds"] / total["job_seconds"] if total["job_seconds"] else None

    def distinct(values: Iterable[Any]) -> str:
        return ", ".join(sorted({escape(str(value)) for value in values}))

    return {
        "artifact.figures": "\n".join(_made(manifest)),
        "artifact.costs": "\n".join(_costs(manifest)),
        "artifact.scales": "\n".join(_scales(manifest, references)),
        "artifact.data": "\n".join(_data(manifest)),
        "artifact.python": distinct(cell["python"] for cell in cells),
        "artifact.platform": distinct(cell["platform"] for cell in cells),
        "artifact.threads": distinct(cell["threads"] for cell in cells),
        "artifact.packages": distinct(f"{name} {version}" for name, version in packages),
        "artifact.jobs": number(total["jobs"]),
        "artifact.minutes": number(round(total["job_seconds"] / 60, 1)),
        "artifact.startup": _round(None if starting is None else 100 * starting),
        "artifact.peak": _round(total["peak_mb"]),
        "artifact.disk": _round(manifest["disk_mb"]),
    }
