"""Seventh guard: a run that asks for the same again and again, in turns of any short length, is ended."""

from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.loop_detection import Command, LoopConfig, find_loop
from autobiz_kernel.ruling import ALLOW, Ruling, RunView, deny


def loop(run: RunView, asked: Command, config: LoopConfig) -> Ruling:
    """Deny the call that would complete one turn too many."""
    found = find_loop(run.history, asked, config)
    return ALLOW if found is None else deny(ErrorCode.LOOP_DETECTED, str(found))
