"""What the same cores decide: the half-width of the deciding interval of each claim, before and after.

    python benchmarks/power.py BEFORE AFTER

BEFORE and AFTER are claims.json of two runs, or of two commits: `git show COMMIT:results/reference/laptop/claims.json`
writes the one of a commit. The deciding quantity of a claim is the one that its verdict rests on in AFTER. The ratio
is that of the half-widths; networks are its `n`.
"""

import argparse
import statistics
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rankcollapse.claims.records import Condition, read_claims


def half_width(found: Condition) -> float:
    """Half of the width of the condition's interval."""
    _, low, high, _ = found.interval
    return (high - low) / 2


def main() -> None:
    """Print a row for each claim whose deciding quantity both files have."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    arguments = parser.parse_args()
    before, after = read_claims(arguments.before), read_claims(arguments.after)
    earlier = {(claim.id, found.text): found for claim in before for found in claim.conditions}
    table = Table("claim", "deciding quantity", "n", "half-width", "ratio")
    ratios = []
    for claim in after:
        if not claim.conditions:
            continue
        found = next(each for each in claim.conditions if each.verdict == claim.verdict)
        old = earlier.get((claim.id, found.text))
        if old is None or half_width(old) == 0:
            continue
        ratios.append(half_width(found) / half_width(old))
        widths = f"{half_width(old):.3g} → {half_width(found):.3g}"
        table.add_row(claim.id, found.text, f"{old.n} → {found.n}", widths, f"{ratios[-1]:.2f}")
    Console().print(table)
    print(f"median ratio {statistics.median(ratios):.2f} over {len(ratios)} claims")


if __name__ == "__main__":
    main()
