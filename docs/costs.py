"""Write into running.md what each figure of the reference results cost, from the provenance of its frames.

python docs/costs.py
"""

from pathlib import Path

from rankcollapse.experiments import rooms
from rankcollapse.provenance.records import Manifest

PROJECT = Path(__file__).parents[1]
PAGE = Path(__file__).with_name("running.md")
REFERENCE = PROJECT / "results/reference/laptop"
START, END = "<!-- costs: made by `make docs` -->", "<!-- end of costs -->"


def _row(name: str, wanted: set[str], manifest: Manifest, files: list[Path]) -> str:
    frames = [frame for key, frame in manifest.frames.items() if key in wanted]
    minutes = sum(frame.cost.job_seconds for frame in frames) / 60
    peak = max((frame.cost.peak_mb for frame in frames if frame.cost.peak_mb is not None), default=None)
    memory = "not sampled" if peak is None else f"{peak:.0f}"
    disk = sum(file.stat().st_size for file in files) / 1e6
    return f"| {name} | {sum(frame.cost.jobs for frame in frames)} | {minutes:.1f} | {memory} | {disk:.2f} |"


def generated() -> str:
    """The table and what it was measured on, as Markdown."""
    manifest = Manifest.read(REFERENCE / "manifest.json")
    head = ("figure", "jobs", "minutes of one core", "memory of the largest job, MB", "disk, MB")
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|---|"]
    drawn = []
    for name in rooms.names():
        wanted, figure = set(rooms.needed(name)), REFERENCE / f"figures/{name}.png"
        if figure.exists():
            files = [REFERENCE / f"frames/{frame}.parquet" for frame in sorted(wanted & manifest.frames.keys())]
            lines.append(_row(f"`{name}`", wanted, manifest, [figure, *files]))
            drawn.append(figure)
    files = [*drawn, *REFERENCE.glob("frames/*.parquet")]
    lines.append(_row("all, each frame once", set(manifest.frames), manifest, files))
    return "\n".join([*lines, "", f"Measured on: {'; '.join(manifest.processors)}.", ""])


def in_step(page: str) -> str:
    """The text of running.md with the table between its two markers."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{generated()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(in_step(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
