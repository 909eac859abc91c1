# What the other rules share: the scale's settings, checked, and the cells they stand for.

import json
import os
import sys
import tempfile
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.utils import update_config

PROJECT = Path(str(workflow.current_basedir)).parents[1]  # the clone that this file lies in
if set("{}") & set(str(PROJECT)):
    raise WorkflowError(
        f"the folder {PROJECT} has a brace in its path, which Snakemake takes for a placeholder; move it"
    )
sys.path.insert(0, str(PROJECT / "src"))  # the code beside this workflow, whatever else is installed
# What rules call is found without an activated environment: our command, and the Python that runs Snakemake.
os.environ.update(PATH=":".join([f"{PROJECT}/workflow/bin", str(Path(sys.executable).parent), *os.get_exec_path()]))
# Snakemake's scheduler writes to this folder without asking whether it can: one that will do
os.environ.update(TMPDIR=tempfile.gettempdir())
os.environ.pop("BASH_ENV", None)  # a script of the user's that bash runs before the commands of a rule

try:
    import pydantic  # the first of the packages that settings are read with
except ModuleNotFoundError as error:
    raise WorkflowError(
        f"the Python that runs Snakemake ({sys.executable}) lacks {error.name}, and the settings are read with it: run"
        f" Snakemake in this project's environment (make setup, conda or a container; {PROJECT / 'docs/running.md'})"
    )

from rankcollapse.config.chosen import FROM_REFERENCE as FROM_REFERENCE_ENDING
from rankcollapse.config.chosen import choose
from rankcollapse.config.scale import check_settings
from rankcollapse.datasets.catalogue import find
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Derived
from rankcollapse.provenance.fingerprints import settings_hash, source_hash
from rankcollapse.provenance.records import Manifest
from rankcollapse.report.latex import advice, missing_packages


def project(name):
    """A file of the project, which need not be the folder that results are written to."""
    path = PROJECT / name
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


try:
    SCALE, SCALE_FILE, VALUES, CHANGES = choose(
        config,
        [] if workflow.modifier.skip_configfile else workflow.config_settings.config_args or [],
        [] if workflow.modifier.skip_configfile else workflow.config_settings.configfiles,
        [Path("config"), PROJECT / "config"],
    )
except UserError as error:
    raise WorkflowError(str(error))

REFERENCE = project(f"results/reference/{SCALE}")
RESULTS_FROM = config.get("results_from", "run")
FROM_REFERENCE = RESULTS_FROM == "reference"
if RESULTS_FROM not in ("run", "reference", "both"):
    raise WorkflowError(f"results_from must be run, reference or both, got {RESULTS_FROM!r}")


def reference(name):
    """A file of the reference results of this scale."""
    if not Path(REFERENCE, name).exists():
        present = ", ".join(sorted(folder.name for folder in Path(project("results/reference")).iterdir()))
        raise WorkflowError(
            f"there are no reference results of scale {SCALE}; there are of: {present}. To compare with those:"
            f" rankcollapse compare results/{SCALE}/claims.json {project('results/reference/NAME/claims.json')}"
        )
    return f"{REFERENCE}/{name}"


if FROM_REFERENCE and CHANGES:
    raise WorkflowError(f"reference results have settings of their own; {', '.join(sorted(CHANGES))} cannot be set")

if FROM_REFERENCE and "experiments" in config:
    raise WorkflowError("reference results are shown whole: leave experiments out, or use results_from=both")


def listed():
    """The experiments that are asked for: each of them there, and with it those whose frames it uses."""
    named = config.get("experiments", rooms.names())
    named = [named] if isinstance(named, str) else named
    if not isinstance(named, list) or not named or not all(isinstance(name, str) for name in named):
        raise UserError(f"experiments must be a name or a list of names, got {json.dumps(named)}")
    for name in named:
        used = {frame.partition(".")[0] for frame in rooms.needed(name)}
        if missing := [f'"{each}"' for each in sorted(used - {*named})]:
            raise UserError(f"{name} also needs {', '.join(missing)}: add to the list in experiments")
    return named


try:
    LISTED = listed()
    MANIFEST = None  # of the reference results that frames are taken from
    if FROM_REFERENCE or (RESULTS_FROM == "both" and Path(REFERENCE, "manifest.json").exists()):
        MANIFEST = Manifest.read(Path(reference("manifest.json")))
    if FROM_REFERENCE:
        SETTINGS = check_settings(
            VALUES | MANIFEST.settings,  # an experiment that the reference results have not is in the scale's file
            f"{REFERENCE}/manifest.json is of another version (its commit is in it; renew it as docs/sharing.md says): it",
        )
    else:
        update_config(VALUES, CHANGES)
        SETTINGS = check_settings(VALUES, f"{SCALE_FILE} (with --config)")
except UserError as error:
    raise WorkflowError(str(error))

RESULTS = f"results/{SCALE}" + (FROM_REFERENCE_ENDING if FROM_REFERENCE else "")
FRAMES_FROM = f"{REFERENCE if FROM_REFERENCE else RESULTS}/frames"
GRIDS = SETTINGS.grids()
# Of all frames those that are asked for, or that the reference results have; figures and claims are made where they are enough.
PRESENT = [name for name in GRIDS if (name in MANIFEST.frames if FROM_REFERENCE else name.partition(".")[0] in LISTED)]


def present(frame):
    """Whether a frame is among those of this run, or derived from some of them."""
    cell = rooms.cell_type(frame)
    return all(map(present, cell.FROM)) if issubclass(cell, Derived) else frame in PRESENT


EXPERIMENTS = {
    name: section
    for name, section in SETTINGS.sections().items()
    if name in LISTED and all(map(present, rooms.needed(name)))
}
# where cells and downloads look for data; no parameter of theirs, since it changes no result
os.environ.update(RANKCOLLAPSE_DATA_FROM=json.dumps(SETTINGS.data_from))
COMPUTED = expand(f"{FRAMES_FROM}/{{frame}}.parquet", frame=PRESENT)
DERIVED = sorted({name for experiment in EXPERIMENTS for name in rooms.frames(experiment)} - GRIDS.keys())
FRAMES = [*COMPUTED, *expand(f"{RESULTS}/derived/{{frame}}.parquet", frame=DERIVED)]
MISSING_LATEX = missing_packages()
FIGURE_FORMATS = ["png"] if MISSING_LATEX else ["png", "pgf"]


def frame_files(names):
    """The files of frames: those that are computed from cells, and those that are derived from others."""
    return [f"{f'{RESULTS}/derived' if name in DERIVED else FRAMES_FROM}/{name}.parquet" for name in names]


def source(*modules):
    """What decides whether a job must run again after an edit: a hash of these modules and all they import."""
    return source_hash(*(f"rankcollapse.{module}" for module in modules))


def computing_module(frame):
    """The module that computes the cells of a frame."""
    return f"experiments.{frame.partition('.')[0]}.{rooms.cell_type(frame).COMPUTED_BY}"


def data_entry(dataset):
    """What the catalogue says of a data set, but for where it comes from and its licence: these change no pixel."""
    return find(dataset).model_dump_json(exclude={"sources", "archive", "licence"})


def figure_settings(wildcards):
    """The sections of all experiments whose frames a figure is drawn from."""
    experiments = {frame.partition(".")[0] for frame in rooms.needed(wildcards.experiment)}
    return {name: EXPERIMENTS[name].model_dump() for name in sorted(experiments)}


def growing(amount):
    """A resource of a job: so much at the first attempt, twice as much at the second, and so on."""
    return lambda wildcards, attempt: attempt * (amount(wildcards) if callable(amount) else amount)


def pgf_figures(wildcards):
    """The figures as LaTeX takes them."""
    if missing := sorted(set(rooms.names()) - set(EXPERIMENTS)):
        raise WorkflowError(
            f"our paper needs all experiments, and these results of scale {SCALE} lack: {', '.join(missing)}. Figures and"
            " verdicts of the others are made without it: snakemake --cores 2 figures verify, with the same --config"
        )
    if MISSING_LATEX:
        raise WorkflowError(advice(MISSING_LATEX))
    return expand(f"{RESULTS}/figures/{{experiment}}.pgf", experiment=EXPERIMENTS)
