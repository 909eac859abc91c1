"""How far a run is, in words, and how long the rest will take."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rankcollapse.experiments.costs import Costs, Job

LEAST = 0.1  # share of its predicted time that a running job is taken to need still, however long it has run


def seconds_left(
    elsewhere: Sequence[Job], done: Sequence[Job], waiting: Sequence[Job], running: Sequence[tuple[Job, float]] = ()
) -> float:
    """Core-seconds that jobs will take.

    Args:
        elsewhere: jobs of other runs, seconds without their starts.
        done: jobs of this run, seconds with their starts.
        waiting: jobs that have not begun.
        running: jobs that have, each with the seconds since then.
    """
    costs = Costs(elsewhere, done)
    of_running = [(costs.seconds(job), elapsed) for job, elapsed in running]
    rest = sum(max(predicted - elapsed, LEAST * predicted) for predicted, elapsed in of_running)
    return rest + sum(map(costs.seconds, waiting))


def progress(
    elsewhere: Sequence[Job],
    done: Sequence[Job],
    waiting: Sequence[Job],
    running: Sequence[tuple[Job, float]],
    cores: int,
) -> str:
    """What the file says: jobs, core-hours, time left. Arguments are those of `seconds_left`, and the cores."""
    left = seconds_left(elsewhere, done, waiting, running)
    total = len(done) + len(waiting) + len(running)
    known = bool(elsewhere or done)
    hours = f"{left / 3600:.1f} are left" if known else "nothing is known yet of what is left"
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"jobs that compute: {len(done)} of {total} done, {len(running)} running",
        f"core-hours: {sum(job.seconds for job in done) / 3600:.1f} done, {hours}",
    ]
    if known:
        minutes = round(left / 60 / max(1, min(cores, len(waiting) + len(running))))
        lines.append(f"time left on {cores} cores: about {minutes // 60} h {minutes % 60:02} min")
    return "\n".join(lines) + "\n"
