"""Write the wings of src/rankcollapse into architecture.md: a diagram of their imports, a table of what is in each.

    python docs/diagram.py

Both are made from the code: arrows from the import statements, words from the docstrings of the packages.
"""

import ast
from importlib.resources import files
from pathlib import Path

import grimp

PACKAGE = "rankcollapse"
PAGE = Path(__file__).with_name("architecture.md")
START, END = "<!-- wings: made by `make docs` -->", "<!-- end of wings -->"


def wings_and_imports() -> tuple[list[str], list[tuple[str, str]]]:
    """The wings, and the imports between them; an import that follows from others is left out."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    wings = sorted(name for name in graph.find_children(PACKAGE) if graph.find_children(name))
    for wing in wings:
        graph.squash_module(wing)
    direct = {wing: sorted(graph.find_modules_directly_imported_by(wing) & set(wings)) for wing in wings}
    implied = {wing: set().union(*map(graph.find_upstream_modules, direct[wing])) for wing in wings}
    arrows = [(wing, other) for wing in wings for other in direct[wing] if other not in implied[wing]]
    return [_short(wing) for wing in wings], [(_short(wing), _short(other)) for wing, other in arrows]


def _short(wing: str) -> str:
    return wing.removeprefix(f"{PACKAGE}.")


def _purpose(wing: str) -> str:
    """The docstring of a wing, on one line."""
    code = files(PACKAGE).joinpath(wing, "__init__.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(code))
    return " ".join(docstring.split())


def generated() -> str:
    """The diagram and the table, as Markdown."""
    wings, arrows = wings_and_imports()
    lines = ["```mermaid", "flowchart TD", *(f"    {wing} --> {other}" for wing, other in arrows), "```", ""]
    lines += ["| wing | what is in it |", "|---|---|", *(f"| `{wing}/` | {_purpose(wing)} |" for wing in wings)]
    return "\n".join(lines) + "\n"


def in_step(page: str) -> str:
    """The text of architecture.md with what is made from the code between its two markers."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{generated()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(in_step(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
