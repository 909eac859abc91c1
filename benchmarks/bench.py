"""All benchmarks that take seconds, in one table, kept with the commit and the machine: `make bench`.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bench.py [--finished SCALE]

Writes `benchmarks/results/COMMIT.json` and draws every ratio over the commits that have such a file in
`benchmarks/results/ratios.png`, and the cost of a training in `benchmarks/results/cost.png`. `--finished` names a
scale that was run, for the start of the graph. Run it on a machine with nothing else to do.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import chains
import convolutional
import cost
import kernels
import pandas as pd
import seaborn as sns
import start
import training
from matplotlib import pyplot
from report import show
from tqdm import tqdm

from rankcollapse.errors import UserError
from rankcollapse.provenance.cells import commit, processor
from rankcollapse.provenance.cells import kernels as chosen

RESULTS = Path(__file__).parent / "results"


def draw(figure: Path) -> None:
    """Every ratio over the commits that were measured, in the order of their dates."""
    runs = sorted(
        (json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("*.json")), key=lambda run: run["date"]
    )
    rows = [
        {"measured by": f"{run['commit'][:7]}, {run['processor']}", "what": name, "ratio": value}
        for run in runs
        for name, value in run["measured"].items()
        if "÷" in name
    ]
    names = dict.fromkeys(row["what"] for row in rows)
    _, axes = pyplot.subplots(figsize=(8, 0.22 * len(names) + 1), layout="constrained")
    sns.stripplot(pd.DataFrame(rows), x="ratio", y="what", hue="measured by", jitter=False, ax=axes)
    axes.axvline(1, color="0.5", linewidth=0.8)
    axes.grid(axis="y", linewidth=0.3)
    axes.set(xscale="log", ylabel="")
    axes.set_xticks([0.5, 0.7, 1, 1.4, 2, 3, 5], ["0.5", "0.7", "1", "1.4", "2", "3", "5"])
    axes.minorticks_off()
    axes.figure.savefig(figure, dpi=110)


def main() -> None:
    """Measure, keep, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--finished", help="a scale that was run")
    arguments = parser.parse_args()
    made = commit()
    if not made.clean:
        raise UserError("commit first: a measurement belongs to a commit")
    sources = [kernels.measured(), training.measured(), chains.measured(), convolutional.measured()]
    if arguments.finished:
        sources.insert(0, start.measured(arguments.finished))  # first: it stops where the scale is not finished
    found = dict(tqdm((each for source in sources for each in source), desc="measurements"))
    costs = cost.costs()
    found |= dict(cost.exponents(costs))
    show(found, "all benchmarks")
    RESULTS.mkdir(exist_ok=True)
    record = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": made.commit,
        "processor": processor(),
        "kernels": chosen(),
        "measured": found,
    }
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"{made.commit[:7]}.json").write_text(text, encoding="utf-8")
    cost.draw(costs, RESULTS / "cost.png")
    draw(RESULTS / "ratios.png")


if __name__ == "__main__":
    main()
