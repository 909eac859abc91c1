"""The page of verdicts: a template of HTML."""

from jinja2 import Environment

from rankcollapse.claims.records import Claim
from rankcollapse.report.verdicts import condition_texts, counted

_TEMPLATE = """<!DOCTYPE html>
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
<p>{{ counts }}</p>
{% for claim in claims %}
<section id="{{ claim.id }}">
<h2>{{ claim.id }}: <span class="{{ claim.verdict }}">{{ claim.verdict.replace("_", " ") }}</span></h2>
<p>{{ claim.statement }}</p>
<p><small>{{ claim.source }}. Figure <code>{{ claim.figure }}</code>. {{ claim.estimator }}
{%- if claim.to_decide %} To decide it: {{ claim.to_decide }}.{% endif %}</small></p>
{% if claim.conditions %}
<div class="table"><table>
<tr>
{%- for head in ("measured", "estimate", "95% interval", "holds if", "n", "") %}<th>{{ head }}</th>{% endfor %}</tr>
{% for condition in claim.conditions %}
<tr>
{%- for cell in texts(condition) %}<td>{{ cell }}</td>{% endfor %}
<td class="{{ condition.verdict }}">{{ condition.verdict }}</td></tr>
{% endfor %}
</table></div>
{% endif %}
</section>
{% endfor %}
</body>
</html>
"""


def verdicts_page(claims: list[Claim]) -> str:
    """The verdicts as one self-contained HTML page: a section for each claim, a row for each condition."""
    template = Environment(autoescape=True, trim_blocks=True).from_string(_TEMPLATE)
    return template.render(claims=claims, counts=counted(claims), texts=condition_texts) + "\n"
