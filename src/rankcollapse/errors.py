"""The one kind of error that is meant for the person at the keyboard."""


class UserError(Exception):
    """Something the user can mend: the message says what was expected, what was found, what to do."""
