"""What jobs cost: predicted from others that were measured and from the number of their operations."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from rankcollapse.datasets.catalogue import find
from rankcollapse.provenance.records import Manifest
from rankcollapse.training.contest import legs

START_UP = 3.0  # seconds of a job before it computes
OF_A_CALL = 5e5  # operations that take as long as calling torch for one layer of one ensemble
FACTOR = 1.0  # the width of a network that has none; widths that are not whole multiply published channels
OF_A_ROW = 12  # rows of a matrix that take as long as what comes with each product: widths are that much wider
LINEAR = ("fixed_batch.chain", "F1", "F2", "F6")  # products are drawn by their law: the cost is linear in the width
VARIANTS = {  # what a cell trains, and how often
    "rank_or_scale.training": {"none": 1, "scale": 2, "rank_and_scale": 6},
    "pretraining.training": {"vanilla": 2, "bn": 1},
    "pretraining.raw": {"vanilla": 2, "bn": 1},
    "breaking.training": {"vanilla": 3, "bn": 2},
}


class Job(NamedTuple):
    """A job: its frame, its settings as its command gets them, and the seconds it took, if it is done."""

    frame: str
    settings: dict[str, Any]
    seconds: float = math.nan

    @property
    def names(self) -> tuple[str, ...]:
        """Its kind, its frame, and all: what is known of jobs of the first of these that any are known of, counts.

        Jobs of a kind differ in numbers only.
        """
        words = sorted(f"{key}={value}" for key, value in self.settings.items() if isinstance(value, str | bool))
        kind = " ".join(word for word in words if not word.startswith("dataset="))
        return f"{self.frame} {kind}", self.frame, ""

    @property
    def operations(self) -> float:
        """Multiplications, about, and up to a factor that jobs of a kind share."""
        cells = [self.settings | each for each in self.settings.get("each", [{}])]
        return sum(_trained(self.frame, cell) if "epochs" in cell else _drawn(self.frame, cell) for cell in cells)


def measured(references: Path, *, on_gpu: bool = False) -> list[Job]:
    """The jobs of all reference results in a folder that ran on a CPU, or those that ran on a GPU, by their manifests.

    Raises:
        UserError: a manifest is of another version.
    """
    manifests = [Manifest.read(path) for path in sorted(references.glob("*/manifest.json"))]
    return [
        Job(name, cell.settings, cell.seconds)
        for manifest in manifests
        for name, frame in manifest.frames.items()
        for cell in frame.cells
        if cell.device.startswith("cpu") != on_gpu
    ]


def _drawn(frame: str, cell: dict[str, Any]) -> float:
    """Operations of a cell that trains nothing."""
    networks = max(cell.get(name, 1) for name in ("seeds", "chains", "states")) * cell.get("draws", 1)
    if frame == "gallery.states":
        cell = _of_gallery(cell)
    widths = cell.get("sizes") or cell.get("widths") or [cell.get("width", FACTOR)]
    layers = cell.get("layers") or sum(depth + 1 for depth in cell.get("depths", [0]))
    if frame in LINEAR or cell.get("law") in LINEAR:
        return layers * sum(OF_A_CALL + networks * width for width in widths)
    if isinstance(widths[0], float):
        return layers * networks * widths[0] ** 2 * cell.get("batch_size", cell.get("probe_size", 1))
    rows = [width + OF_A_ROW for width in widths]
    return layers * sum(OF_A_CALL + networks * row**2 * cell.get("batch_size", row) for row in rows)


def _of_gallery(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell of the gallery with those sizes alone that its family has, named as in other experiments."""
    family, shared = cell["family"], {"seeds": cell["seeds"], "batch_size": cell["samples"]}
    if family in ("vgg", "resnet"):
        return shared | {"width": cell["channels"]}
    if family in ("vision", "language"):  # of others, in published sizes
        return shared
    return shared | {"width": cell["width"], "layers": cell["layers" if family in ("mlp", "recurrent") else "blocks"]}


def trained_share(sizes: int) -> float:
    """Share of the networks that are trained, over all steps, where each competes at so many step sizes."""
    steps, left, before, done = 2**12, sizes, 0, 0.0
    for leg in legs([0] * sizes, steps):
        done += left * (leg.last - before)
        left, before = leg.keep, leg.last
    return (done + left * (steps - before)) / (sizes * steps)


def _trained(frame: str, cell: dict[str, Any]) -> float:
    """Operations of a cell that trains networks: images that go through one, and what each of them takes."""
    data, networks = find(cell["dataset"]), cell["seeds"]
    samples = cell.get("samples", data.samples["train"])
    if frame.startswith("two_classes"):
        samples *= 2 / data.classes
    sizes = len(cell.get("step_sizes", [0]))
    tried = sizes * (trained_share(sizes) if cell.get("search", True) else 1)
    variants = VARIANTS.get(frame, {})
    times = next((times for name, times in variants.items() if name in cell.values()), 1)
    images = networks * (times * tried * cell["epochs"] * samples + _lifted(frame, cell))
    width = cell.get("width", FACTOR)
    if isinstance(width, float):
        return images * width**2
    depth = cell.get("depth", cell.get("layers", 0))
    return images * width**2 * (depth + 1 + 2 / 3 * math.prod(data.shape) / width)


def _lifted(frame: str, cell: dict[str, Any]) -> float:
    """Images that go through one network in its pre-training."""
    if frame.startswith("pretraining.") and cell["variant"] == "vanilla":
        return cell["pretraining_batches"] * cell["pretraining_steps"] * cell["batch_size"]
    if cell.get("factors") == "rank_and_scale":
        layerwise = cell["layerwise_steps"] * cell["depth"] / cell["layerwise_every"]
        return (cell["lifting_batches"] * cell["lifting_steps"] + layerwise) * cell["batch_size"]
    if frame == "breaking.training" and cell["variant"] == "vanilla":
        return (cell["little"] + cell["much"]) * cell["layers"] / cell["every"] * cell["batch_size"]
    if cell.get("initialization") == "pretrained":
        return cell["pretraining_steps"] * 16 / cell["pretraining_every"] * cell["probe_size"]
    return 0.0


class Costs:
    """Predicts the seconds of jobs from those that were measured, here or elsewhere.

    A job takes its operations by the rate of its kind elsewhere, times how much longer jobs of its kind took here than
    so predicted. What is not known of the kind is taken from the frame, and what is not known of the frame from all.
    """

    def __init__(self, elsewhere: Iterable[Job], here: Iterable[Job] = ()):
        """Costs.

        Args:
            elsewhere: jobs of other runs, seconds without their starts: those of reference results.
            here: jobs of this run that are done, seconds with their starts.
        """
        self._rates = _ratios((job, job.seconds, job.operations) for job in elsewhere)
        self._pace: dict[str, float] = {}
        self._pace = _ratios((job, job.seconds, self.seconds(job)) for job in here)

    def seconds(self, job: Job) -> float:
        """Predicted seconds of a job, its start included."""
        computing = job.operations * _of(self._rates, job, 1e-9)
        return (START_UP + computing) * _of(self._pace, job, 1.0)


def _ratios(measured: Iterable[tuple[Job, float, float]]) -> dict[str, float]:
    """For every kind, every frame, and all: the sum of the one over the sum of the other."""
    sums: dict[str, tuple[float, float]] = {}
    for job, over, under in measured:
        for name in job.names:
            before = sums.get(name, (0.0, 0.0))
            sums[name] = (before[0] + over, before[1] + under)
    return {name: over / under for name, (over, under) in sums.items()}


def _of(ratios: dict[str, float], job: Job, otherwise: float) -> float:
    return next((ratios[name] for name in job.names if name in ratios), otherwise)
