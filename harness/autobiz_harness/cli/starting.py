"""What keeps a run from beginning, and the exit code of each."""

from collections.abc import Iterator
from contextlib import contextmanager

from autobiz_harness.exit_codes import ExitCode

from .answering import fail


@contextmanager
def starting() -> Iterator[None]:
    """A configuration is the user's to mend, a stack or a disk is not."""
    from autobiz_harness.run.config import ConfigError
    from autobiz_harness.run.rundir import RunDirError
    from autobiz_harness.stack import StackError

    try:
        yield
    except ConfigError as error:
        fail(ExitCode.USAGE, *error.problems)
    except RunDirError as error:
        fail(ExitCode.INFRASTRUCTURE if error.is_infrastructure else ExitCode.USAGE, str(error))
    except StackError as error:
        fail(ExitCode.INFRASTRUCTURE, str(error))
