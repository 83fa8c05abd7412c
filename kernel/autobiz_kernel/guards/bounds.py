"""Second guard: whoever asks pays before anything is looked at; a denied call costs its step too."""

from datetime import timedelta

from autobiz_kernel.budget import BoundsConfig, Spent
from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.ruling import ALLOW, Ruling, RunView, deny

ASKED_ONCE = Spent(steps=1, tool_calls=1)


def charge(run: RunView, bounds: BoundsConfig) -> tuple[Spent, Ruling]:
    """Return what the run has used when this call is paid for, and whether it could pay.

    Steps and calls are paid beforehand, so the last one allowed is the one that reaches the cap. Tokens and
    cost are known only afterwards: the call that crosses the cap is the last, an overshoot of one call. What
    the calls under way cost for certain counts already, or branches would share the last unit.
    """
    spent = run.spent.plus(steps=ASKED_ONCE.steps, tool_calls=ASKED_ONCE.tool_calls)
    if spent.steps > bounds.steps_max:
        return spent, _reached(ErrorCode.BOUND_STEPS, f"steps_max={bounds.steps_max}")
    if run.now - run.began_at >= timedelta(milliseconds=bounds.wall_ms_max):
        return spent, _reached(ErrorCode.BOUND_WALL, f"wall_ms_max={bounds.wall_ms_max}")
    if spent.tokens >= bounds.tokens_max:
        return spent, _reached(ErrorCode.BOUND_TOKENS, f"tokens_max={bounds.tokens_max}")
    if spent.tool_calls > bounds.tool_calls_max:
        return spent, _reached(ErrorCode.BOUND_TOOL_CALLS, f"tool_calls_max={bounds.tool_calls_max}")
    if spent.cost_micros + run.set_aside_micros >= bounds.cost_micros_max:
        return spent, _reached(ErrorCode.BOUND_COST, f"cost_micros_max={bounds.cost_micros_max}")
    return spent, ALLOW


def _reached(code: ErrorCode, cap: str) -> Ruling:
    return deny(code, f"the run has reached {cap}")
