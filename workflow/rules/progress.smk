# How far the cells are, and how long they will take: a file that is written anew every half minute while Snakemake runs.

import threading

from rankcollapse.experiments.costs import START_UP, Job, measured
from rankcollapse.experiments.progress import progress
from rankcollapse.provenance.records import CellRecord
from rankcollapse.storage.files import write_whole

BETWEEN = 30  # seconds


class Progress:
    """The cells of Snakemake's graph, and the file that says how far they are."""

    def __init__(self):
        self.elsewhere = measured(Path(project("results/reference")), on_gpu=bool(cell_gpus(None)))
        self.started, self.warned, self.ended = {}, False, False
        self.writing = threading.Lock()  # by the thread that follows, and at the end of the run
        self.cells = [job for job in workflow.dag.jobs if job.rule.name in {grid.stage for grid in GRIDS.values()}]
        self.begun = time.time()
        self.slots = workflow.resource_settings.nodes or workflow.resource_settings.cores or 1

    def end(self):
        """Write the file for the last time: nothing runs any more."""
        self.ended = True
        self.write()

    def write(self):
        """Write the file; whatever goes wrong is said once, and is no reason to stop a run or to fail one that is done."""
        try:
            with self.writing:
                write_whole(Path(RESULTS, "progress.txt"), self.told())
        except Exception as error:
            if not self.warned:
                not_told(error)
            self.warned = True

    def told(self):
        """What the file says."""
        done, waiting, running = [], [], []
        for cell in self.cells:
            frame, name = cell.wildcards.frame, cell.wildcards.cell
            job = Job(frame, GRIDS[frame].fixed | CELLS[frame][name])
            if not workflow.dag.needrun(cell) or workflow.dag.finished(cell):
                # its record has the time of work before a kill, which Snakemake's benchmark has not
                record = Path(f"{RESULTS}/cells/{frame}/{name}.json")
                if record.exists():  # else its frame is there, and the cell was removed
                    done.append(job._replace(seconds=CellRecord.read(record).seconds + START_UP))
            elif not self.ended and modified(Path(str(cell.log[0]))) >= self.begun:
                running.append((job, time.time() - self.started.setdefault(cell, time.time())))
            else:
                waiting.append(job)
        return progress(self.elsewhere, done, waiting, running, self.slots)

    def follow(self):
        """Write the file until Snakemake ends."""
        while True:
            self.write()
            time.sleep(BETWEEN)


FOLLOWED = []


def not_told(error):
    """Say why there is no progress to read."""
    logger.warning(f"progress and the time left are not told: {error if isinstance(error, UserError) else repr(error)}")


def follow():
    """Begin to write the file, if there are cells to compute."""
    try:
        found = Progress()
        wanted = any(map(workflow.dag.needrun, found.cells))
    except Exception as error:
        not_told(error)
        return
    if wanted:
        FOLLOWED.append(found)
        threading.Thread(target=found.follow, daemon=True).start()
