"""The one kind of error that is meant for the person at the keyboard, and how a full memory is known."""

import re

NO_MEMORY = re.compile(
    "allocate memory|failed to map|bad_alloc"
)  # of torch and of a library's import: they have no type for it


class UserError(Exception):
    """Something the user can mend: the message says what was expected, what was found, what to do."""


def of_memory(error: Exception) -> bool:
    """Whether an error is that the memory of the CPU is full."""
    return isinstance(error, MemoryError) or bool(NO_MEMORY.search(str(error)))


def told(error: Exception) -> str:
    """What an error says, in brackets; nothing if it says nothing."""
    return f" ({error})" if str(error) else ""
