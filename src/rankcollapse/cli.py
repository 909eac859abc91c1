"""The command line: every rule of the workflow is one of these commands, and a person can type them too."""

import errno
import importlib
import os
import sys
from collections.abc import Callable

import typer

from rankcollapse.errors import UserError, of_memory, told

VERBS = (
    "data", "run", "derive", "gather", "take", "figure", "claims", "manifest", "numbers", "verify", "page", "compare",
    "crate", "tarball", "archive", "latex", "settings", "probe",
)  # fmt: skip


class _Verbs(typer.core.TyperGroup):
    """Finds a verb in the module of its name below `commands` when it is asked for: a start imports no other."""

    def list_commands(self, context: typer.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, context: typer.Context, name: str) -> typer.core.TyperCommand | None:
        if name not in VERBS:
            return None
        one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        try:
            verb, told_of = getattr(importlib.import_module(f"rankcollapse.commands.{name}"), name), None
        except ModuleNotFoundError as error:
            verb, told_of = _absent(error), f"Not installed: {_advice(error)}."
        options = {"ignore_unknown_options": True, "allow_extra_args": True} if told_of else None
        one.command(name, help=told_of, context_settings=options)(verb)
        return typer.main.get_command(one)


def _absent(error: ModuleNotFoundError) -> Callable[[], None]:
    """A verb of the workflow where only the library and the probe are installed."""

    def absent() -> None:
        raise error

    return absent


def _advice(error: ModuleNotFoundError) -> str:
    return f"this needs {error.name}; pip install 'rankcollapse[workflow]' has all that it needs"


app = typer.Typer(cls=_Verbs, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.callback(help=__doc__)(lambda: None)


def main() -> None:
    """Run the command line; what the user can mend is told in one message, without a traceback."""
    for name in ("stdin", "stdout", "stderr"):  # one that is closed leads nowhere, and its number to no file of ours
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    sys.stdout.reconfigure(errors="replace")  # for a terminal that is not UTF-8
    if cache := os.environ.get("RANKCOLLAPSE_CACHE"):
        os.environ["RANKCOLLAPSE_CACHE"] = os.path.expanduser(cache)  # no shell has, if it was in quotes
    try:
        app()
    except UserError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        advice = ". Free some space and give the same command again; what is finished is kept" if full else ""
        sys.exit(f"error: {place}{error.strerror or error}{advice}")
    except (ImportError, MemoryError, RuntimeError) as error:  # torch has no type for a full memory
        if isinstance(error, ModuleNotFoundError) and not (error.name or "rankcollapse").startswith("rankcollapse"):
            sys.exit(f"error: {_advice(error)}")
        if not of_memory(error):
            raise
        sys.exit(f"error: out of memory{told(error)}. Give it more memory, or use a smaller setting.")


if __name__ == "__main__":
    main()
