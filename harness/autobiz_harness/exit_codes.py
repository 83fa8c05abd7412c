"""What `gate` answers to the shell; every way to end has a number of its own."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Zero only when the deploy may happen."""

    OPEN = 0
    SHUT = 1
    USAGE = 2
    UNDECIDED = 3
    INFRASTRUCTURE = 4
    INTERRUPTED = 5
