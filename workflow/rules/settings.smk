# What the other rules share: the scale's settings, checked, and the cells they stand for.

import json
from pathlib import Path
from shutil import which

import pandas as pd
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.utils import Paramspace

from rankcollapse.config import check_settings
from rankcollapse.datasets.catalogue import cached_files, catalogue
from rankcollapse.errors import UserError
from rankcollapse.latex import advice, missing_packages
from rankcollapse.source import module_files, settings_hash

SCALE = config.get("scale", "laptop")
SCALES = sorted(file.stem for file in Path("config").glob("*.yaml"))
if SCALE not in SCALES:
    raise WorkflowError(f"there is no config/{SCALE}.yaml; scale must be one of: {', '.join(SCALES)}")


configfile: f"config/{SCALE}.yaml"


try:
    SETTINGS = check_settings(
        {key: value for key, value in config.items() if key != "scale"},
        f"config/{SCALE}.yaml (with --config)",
    )
except UserError as error:
    raise WorkflowError(str(error))

RESULTS = f"results/{SCALE}"
GRIDS = SETTINGS.grids()
SPACES = {
    frame: Paramspace(pd.DataFrame(grid.cells()), filename_params="*", filename_sep=",", single_wildcard="cell")
    for frame, grid in GRIDS.items()
}
FRAMES = expand(f"{RESULTS}/frames/{{frame}}.parquet", frame=GRIDS)
EXPERIMENTS = SETTINGS.experiments()
GPU = int(SETTINGS.device == "cuda" or (SETTINGS.device == "auto" and which("nvidia-smi") is not None))
MISSING_LATEX = missing_packages()


def frames_of_stage(stage):
    """A wildcard constraint: the frames that a stage computes."""
    return "|".join(frame.replace(".", r"\.") for frame, grid in GRIDS.items() if grid.stage == stage)


def frames_of_experiment(wildcards):
    """The frames that the figure of an experiment is drawn from."""
    parts = EXPERIMENTS[wildcards.experiment].grids()
    return expand(f"{RESULTS}/frames/{wildcards.experiment}.{{part}}.parquet", part=parts)


def sources(*modules):
    """The source files that decide whether a job must run again: these modules and all they import."""
    return sorted({file for module in modules for file in module_files(f"rankcollapse.{module}")})


def cell_data(wildcards):
    """The files of a cell's data set. Their content is a parameter, so their time stamps do not matter."""
    dataset = GRIDS[wildcards.frame].dataset
    return ancient([str(file) for file in cached_files(dataset)]) if dataset else []


def cell_hashes(wildcards):
    """What the files of a cell's data set must hash to."""
    dataset = GRIDS[wildcards.frame].dataset
    return [file.sha256 for file in catalogue()[dataset].files.values()] if dataset else []


def cell_settings(wildcards):
    """The arguments of a cell, as its command takes them."""
    point = SPACES[wildcards.frame].instance(wildcards)  # numbers are NumPy's
    return [
        f"{key}={value if isinstance(value, str) else json.dumps(value, separators=(',', ':'), default=int)}"
        for key, value in (GRIDS[wildcards.frame].fixed | dict(point)).items()
    ]
