"""The stack's one error.

StackError
    A service could not be found, started, reached or stopped. Its sentence says what, where and what to do;
    the end of the service's log follows where there is one. The command line answers it with exit code 4.
"""

import errno

from autobiz_harness.infrastructure import InfrastructureError


class StackError(InfrastructureError):
    """The infrastructure is at fault, not the subject and not the caller."""

    @classmethod
    def of(cls, error: OSError, *, doing: str) -> "StackError":
        """Put an operating system's refusal into a sentence that says what to do."""
        where = f" ({error.filename})" if error.filename else ""
        return cls(f"{doing}: {error.strerror or error}{where}; {remedy(error.errno)}")


def remedy(number: int | None) -> str:
    """Say what to do about an operating system's refusal."""
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "free some space, or name a directory on another disk with AUTOBIZ_STACK_DIR"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "name a directory that you may write with AUTOBIZ_STACK_DIR"
    return "the same command tried again is safe"
