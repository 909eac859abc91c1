"""Write into docs/running.md what scale `overnight` reduces of the published settings, and what both cost.

    python docs/reduced.py

Settings are those of config/paper.yaml and config/overnight.yaml. `experiments.costs` predicts the hours from the jobs
of the reference results.
"""

from pathlib import Path

from rankcollapse.config.differences import differences
from rankcollapse.config.scale import Scale, check_settings, read_settings
from rankcollapse.experiments.costs import Costs, Job
from rankcollapse.provenance.records import Manifest

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs/running.md"
START, END = "<!-- reduced: made by `make docs` -->\n", "<!-- end of reduced -->\n"


def settings(scale: str) -> Scale:
    """The settings of a scale."""
    path = ROOT / f"config/{scale}.yaml"
    return check_settings(read_settings(path), str(path))


def costs() -> Costs:
    """Costs as the jobs of all reference results have them."""
    manifests = [Manifest.read(path) for path in sorted((ROOT / "results/reference").glob("*/manifest.json"))]
    return Costs(
        Job(name, cell.settings, cell.seconds)
        for manifest in manifests
        for name, frame in manifest.frames.items()
        for cell in frame.cells
    )


def hours(scale: Scale, measured: Costs) -> dict[str, float]:
    """Core-hours of every experiment."""
    found = dict.fromkeys(scale.sections(), 0.0)
    for frame, grid in scale.grids().items():
        jobs = [Job(frame, grid.fixed | job) for job in grid.jobs()]
        found[frame.partition(".")[0]] += sum(map(measured.seconds, jobs)) / 3600
    return found


def told(name: str, published: str, reduced: str) -> str:
    """One setting: both values with their ratio, or how many there are where it is a list."""
    if published.startswith("["):
        sections = "{" in published
        sizes = [text.count("{") if sections else text.count(",") + 1 for text in (published, reduced)]
        if sections:
            return f"`{name}` {sizes[0]} → {sizes[1]}"
        return f"`{name}` {sizes[0]} → {reduced}"
    try:
        factor = float(published) / float(reduced)
    except ValueError:
        return f"`{name}` {published} → {reduced}"
    return f"`{name}` {published} → {reduced} ({f'÷ {factor:.3g}' if factor > 1 else f'× {1 / factor:.3g}'})"


def table() -> str:
    """Every experiment: what is reduced, and the core-hours of both scales."""
    measured, published, reduced = costs(), settings("paper"), settings("overnight")
    both = [hours(scale, measured) for scale in (reduced, published)]
    lines = [
        "| experiment | `paper` → `overnight` | core-hours, `overnight` | core-hours, `paper` |",
        "|---|---|---|---|",
    ]
    for name, section in reduced.sections().items():
        sections = (each.model_dump(mode="json") for each in (published.sections()[name], section))
        texts = [told(key, *values) for key, values in differences(*sections).items()]
        numbers = " | ".join(f"{each[name]:.2g}" if each[name] < 10 else f"{each[name]:.0f}" for each in both)
        lines.append(f"| `{name}` | {'; '.join(texts) or 'nothing'} | {numbers} |")
    lines.append(f"| all | | {sum(both[0].values()):.0f} | {sum(both[1].values()):.0f} |")
    return "\n".join(lines) + "\n"


def in_step(text: str) -> str:
    """The text of docs/running.md with the table between its two markers."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{table()}{END}{after}"


if __name__ == "__main__":
    FILE.write_text(in_step(FILE.read_text(encoding="utf-8")), encoding="utf-8")
