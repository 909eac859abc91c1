"""The rows of LaTeX tables: one builder for all of them."""

from collections.abc import Iterable, Sequence

from jinja2 import Template

_ROWS = Template(r"""{% for cells in rows %}{{ cells | join(" & ") }} \\{{ "\n" if not loop.last }}{% endfor %}""")


def latex_rows(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells, which are LaTeX already, as the body of a table."""
    return _ROWS.render(rows=rows)
