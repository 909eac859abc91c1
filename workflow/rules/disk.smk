# The disk that results are written to: may it be written, is there space, is its clock ours.

import os
import shutil
import time

SPACE = 10e6  # bytes; less would not hold the records that Snakemake itself keeps


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


if problem := disk_problem():
    raise WorkflowError(problem)


onstart:
    # A clock that was ahead when these were written: Snakemake refuses an output that is older than its input.
    now = time.time()
    dated = sorted((path.stat().st_mtime, path) for path in Path(RESULTS).rglob("*") if path.is_file())
    for _, path in (file for file in dated if file[0] > now):
        os.utime(path)


onerror:
    if problem := disk_problem():  # a full disk takes no log either
        logger.error(problem)
