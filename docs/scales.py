"""Write the verdicts of all scales that have reference results into README.md and docs/verdicts.md.

    python docs/scales.py

A claim's verdict in the README is that of the largest scale that judged it, with the name of the scale if that is not
the usual one, which the README's text names. Where it is inconclusive, that of the largest scale that decided stands
beside it.
"""

import re
from pathlib import Path

from rankcollapse.claims.records import Claim, read_claims

ROOT = Path(__file__).parents[1]
SCALES = ("smoke", "laptop", "overnight", "paper")  # from the smallest
USUAL = "overnight"
START, END = "<!-- scales: made by `make docs` -->\n", "<!-- end of scales -->\n"
ROW = re.compile(r"^(\| ([CEF]\d+s?) \|[^|]*\|)[^|]*\|", re.M)

Verdicts = dict[str, dict[str, Claim]]  # by scale, from the smallest, and claim


def references(folder: Path = ROOT / "results/reference") -> Verdicts:
    """The claims of all reference results."""
    files = {scale: folder / scale / "claims.json" for scale in SCALES}
    return {scale: {claim.id: claim for claim in read_claims(path)} for scale, path in files.items() if path.is_file()}


def judged(found: Verdicts, id: str) -> dict[str, str]:
    """The verdicts on a claim by scale, from the smallest; scales that did not run it are left out."""
    verdicts = {scale: claims[id].verdict for scale, claims in found.items() if id in claims}
    return {scale: verdict for scale, verdict in verdicts.items() if verdict != "not_run"}


def shown(found: Verdicts, id: str) -> str:
    """What the README says of a claim."""
    if not (verdicts := judged(found, id)):
        return "not run"
    scales = [*verdicts][-1:]
    if verdicts[scales[0]] == "inconclusive":
        scales += [scale for scale, verdict in verdicts.items() if verdict != "inconclusive"][-1:]
    texts = {"refuted": "**refuted**"}
    return ", ".join(
        texts.get(verdicts[scale], verdicts[scale]) + ("" if scale == USUAL else f" (`{scale}`)") for scale in scales
    )


def readme(text: str, found: Verdicts) -> str:
    """The README with these verdicts in its table."""
    return ROW.sub(lambda row: f"{row[1]} {shown(found, row[2])} |", text)


def table(found: Verdicts) -> str:
    """The verdicts on all claims that several scales have judged."""
    ids = dict.fromkeys(id for claims in found.values() for id in claims)
    several = {id: verdicts for id in ids if len(verdicts := judged(found, id)) > 1}
    if not several:
        return "No claim has been judged at more than one scale.\n"
    scales = [scale for scale in found if any(scale in verdicts for verdicts in several.values())]
    lines = [f"| claim | {' | '.join(f'`{scale}`' for scale in scales)} | |", "|---" * (len(scales) + 2) + "|"]
    for id, verdicts in several.items():
        differs = "differs" if len(set(verdicts.values())) > 1 else ""
        lines.append(f"| {id} | {' | '.join(verdicts.get(scale, 'not run') for scale in scales)} | {differs} |")
    return "\n".join(lines) + "\n"


def page(text: str, found: Verdicts) -> str:
    """docs/verdicts.md with the table between its two markers."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{table(found)}{END}{after}"


if __name__ == "__main__":
    for name, in_step in (("README.md", readme), ("docs/verdicts.md", page)):
        file = ROOT / name
        file.write_text(in_step(file.read_text(encoding="utf-8"), references()), encoding="utf-8")
