# What the rules of cells.smk ask of the settings; apart from them, as `snakemake --lint` wants it.

from shutil import which

from rankcollapse.config.validation import literal
from rankcollapse.provenance.reuse import difference


def cell_name(job):
    """The name of a job's files. It has no comma: Snakemake could not hand that to a cluster (its issue 2366)."""
    return "+".join(f"{key}~{value}" for key, value in job.items() if key != "each")


CELLS = {frame: {cell_name(job): job for job in grid.jobs()} for frame, grid in GRIDS.items()}


def names(frames):
    """A wildcard constraint: these frames, and if there are none, nothing."""
    return "|".join(frame.replace(".", r"\.") for frame in frames) or "none"


def frames_of_stage(stage):
    """A wildcard constraint: the frames that a stage computes."""
    return names(frame for frame, grid in GRIDS.items() if grid.stage == stage)


def cell_arguments(frame, cell):
    """The arguments of a cell, or of the cells of a job, as the command takes them."""
    return [
        f"{key}={value if isinstance(value, str) else json.dumps(value, separators=(',', ':'))}"
        for key, value in (GRIDS[frame].fixed | CELLS[frame][cell]).items()
    ]


def not_taken(frame):
    """Why a frame is computed, though the reference results are to be used where they can; None if they can."""
    if MANIFEST is None or not Path(REFERENCE, f"frames/{frame}.parquet").is_file():
        return "not there"
    arguments = [[each.partition("=")[::2] for each in cell_arguments(frame, cell)] for cell in CELLS[frame]]
    dataset = GRIDS[frame].dataset
    return difference(
        MANIFEST.frames.get(frame),
        [{key: literal(value) for key, value in each} for each in arguments],
        source("commands.run", computing_module(frame)),
        {dataset: {file: entry.sha256 for file, entry in find(dataset).files.items()}} if dataset else {},
    )


NOT_TAKEN = {frame: not_taken(frame) for frame in PRESENT} if RESULTS_FROM == "both" else {}
TAKEN = [frame for frame, reason in NOT_TAKEN.items() if reason is None]


def told_of_taken():
    """Which frames are taken from the reference results, and which are computed."""
    computed = [f"{frame} ({reason})" for frame, reason in NOT_TAKEN.items() if reason]
    taken = f"taken from {REFERENCE}: {', '.join(TAKEN) or 'nothing'}"
    return f"{taken}; computed, since it does not have them as they would be now: {', '.join(computed) or 'nothing'}"


def cell_data(wildcards):
    """The record of a cell's data set.

    Not `ancient`: while a job that makes an ancient file is to run, Snakemake 9.27 plans none of those that need it.
    """
    dataset = GRIDS[wildcards.frame].dataset
    return f"{RESULTS}/data/{dataset}.json" if dataset else []


def cell_data_entry(wildcards):
    """What the catalogue says of a cell's data set, the hashes of its files among it."""
    dataset = GRIDS[wildcards.frame].dataset
    return data_entry(dataset) if dataset else []


def cell_gpus(wildcards):
    """GPUs that a cell is given: none on a CPU, else one; `auto` looks for one here, or has the cluster look."""
    if SETTINGS.device != "auto":
        return int(SETTINGS.device == "cuda")
    return int(workflow.non_local_exec or workflow.remote_exec or which("nvidia-smi") is not None)


def cell_memory(wildcards):
    """MB that a cell takes at most."""
    return GRIDS[wildcards.frame].memory


def cell_minutes(wildcards):
    """Minutes that a cell takes at most."""
    return 120 if GRIDS[wildcards.frame].stage == "rank_at_initialization" else 720


def cell_settings(wildcards):
    """The arguments of a cell's command."""
    return cell_arguments(wildcards.frame, wildcards.cell)
