"""The steps of a run, as a Provenance Run Crate tells them: which job made what, from what, by which source, when."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from rankcollapse.provenance.records import CellRecord, FrameRecord, Manifest

DONE = "http://schema.org/CompletedActionStatus"
COMMANDS = {  # rule -> command
    "frame": "gather", "taken": "take", "bounds": "derive",
    "figure": "figure", "claims": "claims", "verdicts_page": "page",
}  # fmt: skip


def context(crate: ROCrate, id: str, kind: str, **properties: Any) -> ContextEntity:
    """Add an entity that is no file."""
    return crate.add(ContextEntity(crate, id, properties={"@type": kind, **properties}))


def times(cell: CellRecord) -> tuple[datetime, datetime]:
    """When a job began and ended."""
    start = datetime.fromisoformat(cell.started)
    return start, start + timedelta(seconds=cell.seconds)


class Steps:
    """Adds to a crate the steps of its workflow and the jobs that did them.

    A step (`HowToStep`) is a rule, or the cells of one frame: each frame has a module of its own that computes it.
    A job is a `CreateAction` of its tool, and a `ControlAction` that ties it to its step. Only jobs that compute cells
    have times and a source: of the others the run keeps none. Profile: https://w3id.org/ro/wfrun/provenance/0.5.
    """

    def __init__(self, crate: ROCrate, workflow: Any, files: Mapping[Path, Any]):
        self._crate, self._workflow, self._files = crate, workflow, files
        self._steps: dict[str, ContextEntity] = {}
        self._tools: dict[str, ContextEntity] = {}
        self._controls: list[ContextEntity] = []
        self._jobs: list[ContextEntity] = []

    def frames(self, manifest: Manifest, frames: Mapping[str, Path], taken: Collection[str]) -> None:
        """The jobs that made the frames: those that computed cells, and the one that joined them.

        Args:
            manifest: of the run.
            frames: the files in the crate, by frame.
            taken: frames that the run took from reference results; it computed no cell of them.
        """
        for name, frame in manifest.frames.items():
            if name in taken:
                parts = [self._not_here(f"reference-{name}", f"{name} of the reference results")]
            else:
                parts = self._cells(name, frame)
            if name in frames:
                self._made("taken" if name in taken else "frame", frames[name], parts)

    def _cells(self, name: str, frame: FrameRecord) -> list[ContextEntity]:
        """The jobs that computed the cells of a frame; the cells, of which the crate has no files."""
        parts = []
        for number, cell in enumerate(frame.cells, 1):
            parts.append(self._not_here(f"cell-{name}-{number}", f"cell {number} of {name}"))
            module = cell.module.removeprefix("rankcollapse.")
            tool = self._tool(f"{module}-{cell.source_sha256[:16]}", cell.module, f"sha256 {cell.source_sha256}")
            start, end = times(cell)
            self._job(
                f"{name}-{number}",
                self._step(f"cells-{name}", f"cells of {name}", tool),
                tool,
                used=[self._settings(cell), *({"@id": f"#data-{data}"} for data in cell.data)],
                made=[parts[-1]],
                startTime=start.isoformat(),
                endTime=end.isoformat(timespec="seconds"),
                description=f"cells of {name}; source at commit {cell.told()}; {cell.device}, {cell.processor}, "
                f"{cell.instructions}; threads: {cell.threads}; {cell.kernels}; Python {cell.python}",
            )
        return parts

    def made(self, rule: str, output: Path, inputs: Iterable[Path]) -> None:
        """A job that made a file of the crate from others of its files."""
        self._made(rule, output, [self._files[path] for path in inputs])

    def _made(self, rule: str, output: Path, used: list[Any]) -> None:
        command = f"rankcollapse {COMMANDS[rule]}" if rule in COMMANDS else "latexmk"
        tool = self._tool(command.replace(" ", "-"), command, None)
        step = self._step(rule, f"rule {rule}", tool)
        self._job(f"{rule}-{output.stem}", step, tool, used, [self._files[output]], description=f"made {output.name}")

    def organized(self, snakemake: str, run: ContextEntity) -> list[ContextEntity]:
        """The run as Snakemake's work, when all jobs are known; all actions that were added."""
        engine = context(
            self._crate, "#snakemake", "SoftwareApplication",
            name="Snakemake", softwareVersion=snakemake, url="https://snakemake.github.io",
        )  # fmt: skip
        organized = context(self._crate, "#organized", "OrganizeAction", name="Snakemake runs the workflow")
        organized["instrument"], organized["result"], organized["object"] = engine, run, self._controls
        self._workflow["hasPart"] = list(self._tools.values())
        self._workflow["step"] = list(self._steps.values())
        return [organized, *self._jobs]

    def _job(self, id: str, step: Any, tool: Any, used: list[Any], made: list[Any], **about: str) -> None:
        job = context(self._crate, f"#job-{id}", "CreateAction", name=f"Job {id}", actionStatus=DONE, **about)
        job["agent"], job["instrument"], job["object"] = {"@id": "#authors"}, tool, used
        job["result"] = made
        control = context(self._crate, f"#control-{id}", "ControlAction", name=f"Step of job {id}", actionStatus=DONE)
        control["instrument"], control["object"] = step, job
        self._controls.append(control)
        self._jobs.append(job)

    def _not_here(self, id: str, name: str) -> ContextEntity:
        """Rows that the crate has no file of."""
        return context(self._crate, f"#{id}", "CreativeWork", name=name)

    def _step(self, id: str, name: str, tool: ContextEntity) -> ContextEntity:
        if id not in self._steps:
            step = context(self._crate, f"#step-{id}", "HowToStep", name=name)
            step["workExample"] = []
            self._steps[id] = step
        step = self._steps[id]
        if tool not in step["workExample"]:
            step["workExample"] = [*step["workExample"], tool]
        return step

    def _tool(self, id: str, name: str, version: str | None) -> ContextEntity:
        if id not in self._tools:
            known = {"softwareVersion": version} if version else {}
            self._tools[id] = context(self._crate, f"#tool-{id}", "SoftwareApplication", name=name, **known)
        return self._tools[id]

    def _settings(self, cell: CellRecord) -> ContextEntity:
        id = f"#settings-{cell.settings_sha256}"
        value = json.dumps(cell.settings, sort_keys=True)
        return self._crate.get(id) or context(self._crate, id, "PropertyValue", name="settings", value=value)
