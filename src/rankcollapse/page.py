"""The verdicts as one self-contained HTML page, for the report."""

from html import escape
from pathlib import Path
from typing import Any

from rankcollapse.downstream import condition_texts, read_claims
from rankcollapse.files import write_whole

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Verdicts</title>
<style>
body { font-family: sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 0.75rem; line-height: 1.4; }
section { border-top: 1px solid #ccc; padding: 0.5rem 0; }
h2 { font-size: 1.05rem; margin: 0.3rem 0; }
p { margin: 0.3rem 0; }
small { color: #444; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
td, th { padding: 0.15rem 0.6rem 0.15rem 0; text-align: left; vertical-align: top; }
.reproduced { color: #17692e; }
.refuted { color: #a31515; }
.inconclusive, .not_run { color: #7a5800; }
</style>
</head>
<body>
<h1>Verdicts</h1>
"""


def _row(condition: dict[str, Any]) -> str:
    verdict = condition["verdict"]
    tail = f'<td class="{verdict}">{verdict}</td>'
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in condition_texts(condition)) + tail + "</tr>"


def write_page(path: Path, output: Path) -> None:
    """Write a page with a section for each claim of a claims.json, whole or not at all."""
    claims = read_claims(path)
    counts = {claim["verdict"]: sum(other["verdict"] == claim["verdict"] for other in claims) for claim in claims}
    parts = [_HEAD, "<p>", ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()), "</p>\n"]
    for claim in claims:
        verdict = claim["verdict"]
        parts += [
            f'<section id="{escape(claim["id"])}">\n<h2>{escape(claim["id"])}: ',
            f'<span class="{verdict}">{verdict.replace("_", " ")}</span></h2>\n',
            f"<p>{escape(claim['statement'])}</p>\n",
            f"<p><small>{escape(claim['source'])}. Figure <code>{escape(claim['figure'])}</code>. ",
            f"{escape(claim['estimator'])}",
            f" To decide it: {escape(claim['to_decide'])}." if claim["to_decide"] else "",
            "</small></p>\n",
        ]
        if claim["conditions"]:
            heads = ("measured", "estimate", "95% interval", "holds if", "n", "")
            parts += ['<div class="table"><table>\n<tr>', *(f"<th>{head}</th>" for head in heads), "</tr>\n"]
            parts += [_row(condition) + "\n" for condition in claim["conditions"]]
            parts.append("</table></div>\n")
        parts.append("</section>\n")
    write_whole(output, "".join(parts) + "</body>\n</html>\n")
