"""Write into docs/running.md what scale `overnight` reduces of the published settings, and what both cost.

    python docs/reduced.py

Settings are those of config/paper.yaml and config/overnight.yaml. `experiments.costs` predicts the hours from the jobs
of the reference results.
"""

from pathlib import Path
from typing import Any

from rankcollapse.config.differences import differences
from rankcollapse.config.scale import Scale, check_settings, read_settings
from rankcollapse.experiments.base import Section
from rankcollapse.experiments.costs import Costs, Job, measured

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs/running.md"
START, END = "<!-- reduced: made by `make docs` -->\n", "<!-- end of reduced -->\n"


def settings(scale: str) -> Scale:
    """The settings of a scale."""
    path = ROOT / f"config/{scale}.yaml"
    return check_settings(read_settings(path), str(path))


def hours(scale: Scale, costs: Costs) -> dict[str, float]:
    """Core-hours of every experiment."""
    found = dict.fromkeys(scale.sections(), 0.0)
    for frame, grid in scale.grids().items():
        jobs = [Job(frame, grid.fixed | job) for job in grid.jobs()]
        found[frame.partition(".")[0]] += sum(map(costs.seconds, jobs)) / 3600
    return found


def by_width(section: Section) -> dict[str, Any]:
    """A section as a mapping, its lists of points by width: those of one width are compared."""
    return {
        key: {f"width {each['width']}": each for each in value}
        if isinstance(value, list) and value and all(isinstance(each, dict) and "width" in each for each in value)
        else value
        for key, value in section.model_dump(mode="json").items()
    }


def told(name: str, published: str, reduced: str) -> str:
    """One setting: both values with their ratio, or how many there were where it is a long list."""
    if "{" in published + reduced:
        return f"`{name}` {'left out' if reduced == 'none' else 'differs'}"
    if published.startswith("["):
        size = published.count(",") + 1
        return f"`{name}` {size if size > 4 else published} → {reduced}"
    try:
        factor = float(published) / float(reduced)
    except ValueError:
        return f"`{name}` {published} → {reduced}"
    return f"`{name}` {published} → {reduced} ({f'÷ {factor:.3g}' if factor > 1 else f'× {1 / factor:.3g}'})"


def two_digits(value: float) -> str:
    """A number of hours, which is no better known."""
    return f"{float(f'{value:.2g}'):g}"


def table() -> str:
    """Every experiment: what is reduced, and the core-hours of both scales."""
    costs, published, reduced = Costs(measured(ROOT / "results/reference")), settings("paper"), settings("overnight")
    both = [hours(scale, costs) for scale in (reduced, published)]
    lines = [
        "| experiment | `paper` → `overnight` | core-hours, `overnight` | core-hours, `paper` |",
        "|---|---|---|---|",
    ]
    for name, section in reduced.sections().items():
        sections = map(by_width, (published.sections()[name], section))
        texts = [told(key, *values) for key, values in differences(*sections).items()]
        numbers = " | ".join(two_digits(each[name]) for each in both)
        lines.append(f"| `{name}` | {'; '.join(texts) or 'nothing'} | {numbers} |")
    lines.append(f"| all | | {' | '.join(two_digits(sum(each.values())) for each in both)} |")
    return "\n".join(lines) + "\n"


def in_step(text: str) -> str:
    """The text of docs/running.md with the table between its two markers."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{table()}{END}{after}"


if __name__ == "__main__":
    FILE.write_text(in_step(FILE.read_text(encoding="utf-8")), encoding="utf-8")
