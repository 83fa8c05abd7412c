"""First guard: only the worker that holds a living run may act in it."""

from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.ruling import ALLOW, Ruling, RunView, deny


def fence(run: RunView) -> Ruling:
    """Refuse whoever has lost the run, and everybody once it is over."""
    if not run.is_mine:
        return deny(ErrorCode.FENCED, "another worker has taken this run over")
    if run.has_ended:
        return deny(ErrorCode.RUN_ENDED, "the run is over")
    return ALLOW
