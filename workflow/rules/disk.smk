# The disk that results are written to: may it be written, is there space, is its clock ours.

import os
import shutil
import time

SPACE = 10e6  # bytes; less would not hold the records that Snakemake itself keeps
FILES = 100  # the least that a figure takes, and what Snakemake keeps of it


def disk_problem():
    """Why results cannot be written, or None."""
    folder = next(path for path in (Path(RESULTS), *Path(RESULTS).parents) if path.exists()).absolute()
    if not os.access(folder, os.W_OK):
        return f"{folder} cannot be written; make it writable, or use a clone where you may write"
    if (free := shutil.disk_usage(folder).free) < SPACE:
        return (
            f"the disk of {folder} is full ({free / 1e6:.1f} MB left); free some space and give the same command again:"
            " what is finished is kept"
        )
    room = os.statvfs(folder)
    if room.f_files and room.f_favail < FILES:  # a file system that does not count files says that it has none
        return (
            f"the disk of {folder} takes only {room.f_favail} more files, whatever space it has; remove some files and give"
            " the same command again: what is finished is kept"
        )


def modified(path):
    """When a file was written; 0 for what is no file, or no longer: a job of a killed run may still write."""
    try:
        return path.stat().st_mtime if path.is_file() else 0
    except FileNotFoundError:
        return 0


if problem := disk_problem():
    raise WorkflowError(problem)


onstart:
    if not FROM_REFERENCE and not Path(RESULTS).exists() and Path(RESULTS + FROM_REFERENCE_ENDING).exists():
        logger.warning(
            f"there are no results of scale {SCALE} here, and all that this needs is computed now. Those in"
            f" {RESULTS + FROM_REFERENCE_ENDING}/ are shown by the same command with --config results_from=reference"
        )
    if RESULTS_FROM == "both":
        logger.warning(told_of_taken())
    # A clock that was ahead when these were written: Snakemake refuses an output that is older than its input.
    now = time.time()
    for path in sorted(Path(RESULTS).rglob("*"), key=modified):
        if modified(path) > now:
            os.utime(path)
    follow()


onerror:
    for each in FOLLOWED:
        each.end()
    if problem := disk_problem():  # a full disk takes no log either
        logger.error(problem)
