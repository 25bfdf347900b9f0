"""The one kind of error that is meant for the reader."""


class UserError(ValueError):
    """Something the reader can mend: one sentence that says what was wrong, where, what to do.

    The command line prints the sentence alone; in a notebook it is the last line.
    """
