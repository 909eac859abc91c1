# What the other rules share: the scale's settings, checked, and the cells they stand for.

import json
import os
from os.path import exists
from pathlib import Path
from shutil import which
from subprocess import run

import pandas as pd
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.utils import Paramspace

from rankcollapse.config import check_settings, read_settings
from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.errors import UserError
from rankcollapse.latex import advice, missing_packages
from rankcollapse.ledger import LEDGER
from rankcollapse.source import settings_hash, source_hash

SCALE = config.get("scale", "laptop")
SCALES = sorted(file.stem for file in Path("config").glob("*.yaml"))
if SCALE not in SCALES:
    raise WorkflowError(f"there is no config/{SCALE}.yaml; scale must be one of: {', '.join(SCALES)}")

try:
    read_settings(Path(f"config/{SCALE}.yaml"))  # says what is wrong with a damaged file, and where
except UserError as error:
    raise WorkflowError(str(error))


configfile: f"config/{SCALE}.yaml"


REFERENCE = f"results/reference/{SCALE}"
FROM_REFERENCE = config.get("results_from", "run") == "reference"
if config.get("results_from", "run") not in ("run", "reference"):
    raise WorkflowError(f"results_from must be run or reference, got {config['results_from']!r}")


def reference(name):
    """A file of the reference results of this scale."""
    if not Path(REFERENCE, name).exists():
        present = ", ".join(sorted(folder.name for folder in Path("results/reference").iterdir()))
        raise WorkflowError(
            f"there are no reference results of scale {SCALE}; there are of: {present}. To compare with those:"
            f" rankcollapse compare results/{SCALE}/claims.json results/reference/NAME/claims.json"
        )
    return f"{REFERENCE}/{name}"


if FROM_REFERENCE and (changed := workflow.config_settings.overwrite_config.keys() - {"scale", "results_from"}):
    raise WorkflowError(f"reference results have settings of their own; {', '.join(sorted(changed))} cannot be set")

try:
    if FROM_REFERENCE:
        SETTINGS = check_settings(
            json.loads(Path(reference("manifest.json")).read_text(encoding="utf-8"))["settings"],
            f"{REFERENCE}/manifest.json is of another version (its commit is in it; renew it as CONTRIBUTING.md says): it",
        )
    else:
        SETTINGS = check_settings(
            {key: value for key, value in config.items() if key not in ("scale", "results_from")},
            f"config/{SCALE}.yaml (with --config)",
        )
except UserError as error:
    raise WorkflowError(str(error))

RESULTS = f"results/{SCALE}" + ("-from-reference" if FROM_REFERENCE else "")
FRAMES_FROM = f"{REFERENCE if FROM_REFERENCE else RESULTS}/frames"
GRIDS = SETTINGS.grids()
# where cells and downloads look for data; no parameter of theirs, since it changes no result
os.environ.update(RANKCOLLAPSE_DATA_FROM=json.dumps(SETTINGS.data_from))
JOBS = {frame: grid.jobs() for frame, grid in GRIDS.items()}
SPACES = {  # names of jobs have no comma: Snakemake could not hand them to a cluster (its issue 2366)
    frame: Paramspace(
        pd.DataFrame(jobs).drop(columns="each", errors="ignore"),
        filename_params="*",
        filename_sep="+",
        single_wildcard="cell",
    )
    for frame, jobs in JOBS.items()
}
FRAMES = expand(f"{FRAMES_FROM}/{{frame}}.parquet", frame=GRIDS)
BOUNDS = f"{RESULTS}/bounds/bounds.theorem.parquet"
EXPERIMENTS = SETTINGS.experiments()
MISSING_LATEX = missing_packages()
FIGURE_FORMATS = ["png"] if MISSING_LATEX else ["png", "pgf"]


def frames_of_stage(stage):
    """A wildcard constraint: the frames that a stage computes."""
    return "|".join(frame.replace(".", r"\.") for frame, grid in GRIDS.items() if grid.stage == stage)


def frames_of_experiment(wildcards):
    """The frames that the figure of an experiment is drawn from: its own, and those of others that it uses."""
    settings = EXPERIMENTS[wildcards.experiment]
    names = [f"{wildcards.experiment}.{part}" for part in settings.grids()] + settings.uses
    return [BOUNDS if name == "bounds.theorem" else f"{FRAMES_FROM}/{name}.parquet" for name in names]


def source(*modules):
    """What decides whether a job must run again after an edit: a hash of these modules and all they import."""
    return [source_hash(f"rankcollapse.{module}") for module in modules]


def cell_data(wildcards):
    """The record of a cell's data set.

    Not `ancient`: while a job that makes an ancient file is to run, Snakemake 9.27 plans none of those that need it.
    """
    dataset = GRIDS[wildcards.frame].dataset
    return f"{RESULTS}/data/{dataset}.json" if dataset else []


def cell_hashes(wildcards):
    """What the files of a cell's data set must hash to."""
    dataset = GRIDS[wildcards.frame].dataset
    return [file.sha256 for file in catalogue()[dataset].files.values()] if dataset else []


def cell_gpus(wildcards):
    """GPUs that a cell is given: none on a CPU, else one; `auto` looks for one here, or has the cluster look."""
    if SETTINGS.device != "auto":
        return int(SETTINGS.device == "cuda")
    return int(workflow.non_local_exec or workflow.remote_exec or which("nvidia-smi") is not None)


def growing(amount):
    """A resource of a job: so much at the first attempt, twice as much at the second, and so on."""
    return lambda wildcards, attempt: attempt * (amount(wildcards) if callable(amount) else amount)


def cell_memory(wildcards):
    """MB that a cell takes at most."""
    return GRIDS[wildcards.frame].memory


def cell_settings(wildcards):
    """The arguments of a cell, or of the cells of a job, as the command takes them."""
    names = list(SPACES[wildcards.frame].instance_patterns)
    job = JOBS[wildcards.frame][names.index(wildcards.cell)]
    return [
        f"{key}={value if isinstance(value, str) else json.dumps(value, separators=(',', ':'))}"
        for key, value in (GRIDS[wildcards.frame].fixed | job).items()
    ]


def pgf_figures(wildcards):
    """The figures as LaTeX takes them."""
    if MISSING_LATEX:
        raise WorkflowError(advice(MISSING_LATEX))
    return expand(f"{RESULTS}/figures/{{experiment}}.pgf", experiment=EXPERIMENTS)
