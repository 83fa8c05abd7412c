"""What Stripe's answers mean, above all its errors: which of them leave open whether money has moved."""

from dataclasses import replace
from typing import Any, Final

from autobiz_kernel.providers.exchange import Dialect, Rejected
from autobiz_kernel.transport import Answer, ErrorClass

# Somebody holds this key at this moment: the effect is being caused, only not by us.
_IN_FLIGHT: Final = "idempotency_key_in_use"
_NOT_NOW: Final = frozenset({"lock_timeout", "rate_limit", _IN_FLIGHT})


def judge(answer: Answer, body: dict[str, Any], general: Rejected | None) -> dict[str, Any] | Rejected:
    """Read one answer."""
    if general is None:
        return body
    error = body.get("error")
    if not isinstance(error, dict):
        return general
    kind, code = _word(error, "type"), _word(error, "code")
    told = replace(general, code=code or kind or general.code, words=_word(error, "message"))
    if code in _NOT_NOW:
        is_under_way = code == _IN_FLIGHT
        told = replace(told, error_class=ErrorClass.TRANSIENT, is_final=False, may_have_happened=is_under_way)
    elif kind == "idempotency_error":
        # The key was used for something else: one act has two shapes, and a person must see which is true.
        told = replace(told, error_class=ErrorClass.INTERNAL, is_final=False, may_have_happened=True)
    elif kind == "card_error":
        declined = {"decline_code": _word(error, "decline_code")}
        told = replace(told, is_final=True, may_have_happened=False, extra=declined)
    elif told.is_final:
        state = error.get("payment_intent")
        truth = _word(state, "status") if isinstance(state, dict) else ""
        told = replace(told, extra={"payment_status": truth} if truth else {})
    return _as_advised(told, answer.header("stripe-should-retry"))


def _as_advised(told: Rejected, advice: str) -> Rejected:
    """Follow Stripe, which knows more than it says: whether asking again may change anything."""
    if advice == "true" and told.is_final:
        return replace(told, error_class=ErrorClass.TRANSIENT, is_final=False, may_have_happened=True)
    if advice == "false" and told.error_class is ErrorClass.TRANSIENT:
        return replace(told, error_class=ErrorClass.INTERNAL, wait_s=None)
    return told


DIALECT: Final = Dialect(name="stripe", judge=judge, request_id_header="request-id")


def _word(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
