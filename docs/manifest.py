"""Write the manifest of codecheck.yml: every figure with the claims it decides, and the file of all verdicts.

    python docs/manifest.py

Names and words come from the experiments, which say what each figure shows.
"""

import inspect
from pathlib import Path

import yaml

from rankcollapse.experiments import rooms
from rankcollapse.experiments.ledger import statements

FILE = Path(__file__).parents[1] / "codecheck.yml"
RESULTS = "results/laptop"  # where `make paper` puts them
START, END = "# manifest: made by `make docs`\n", "# end of manifest\n"


def manifest() -> list[dict[str, str]]:
    """The files that a checker compares: a path and a comment each."""
    entries = []
    for experiment in rooms.names():
        claims = ", ".join(claim.id for claim in statements().values() if claim.figure == experiment)
        shown = " ".join(inspect.getdoc(rooms.section(experiment)).split())
        entries.append(
            {"file": f"{RESULTS}/figures/{experiment}.png", "comment": f"{shown} Claims: {claims or 'none'}."}
        )
    return [*entries, {"file": f"{RESULTS}/claims.json", "comment": "The verdicts on all claims."}]


def in_step(text: str) -> str:
    """The text of codecheck.yml with the manifest between its two markers."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    made = yaml.safe_dump({"manifest": manifest()}, sort_keys=False, allow_unicode=True, width=1000)
    return f"{before}{START}{made}{END}{after}"


if __name__ == "__main__":
    FILE.write_text(in_step(FILE.read_text(encoding="utf-8")), encoding="utf-8")
