"""Tool contracts."""

import pytest

from autobiz_kernel import CallError, EffectClass, Json, Tool


async def do_nothing(arguments: Json, external_key: str) -> Json:
    return {}


def tool(*identity: str) -> Tool:
    return Tool(
        name="stripe",
        version="1",
        operation="refund",
        identity=identity,
        effect_class=EffectClass.UNREPEATABLE,
        execute=do_nothing,
    )


def test_identity_is_what_was_declared() -> None:
    """Only the declared arguments identify an act; the rest may differ between two requests for it."""
    arguments = {"refund_id": "r", "order_id": "o", "note": "n"}
    assert tool("order_id", "refund_id").identity_of(arguments) == {"order_id": "o", "refund_id": "r"}


@pytest.mark.negative
def test_a_tool_without_identity_is_refused() -> None:
    """A tool that declares no identity would make all its acts one."""
    with pytest.raises(CallError, match="identity is empty"):
        tool()


@pytest.mark.negative
@pytest.mark.parametrize("arguments", [{}, {"order_id": None}, {"refund_id": "r"}])
def test_missing_identity_is_named(arguments: Json) -> None:
    """Arguments without their whole identity are refused, and the message names what is absent."""
    with pytest.raises(CallError, match=r"arguments lack .*order_id"):
        tool("order_id", "refund_id").identity_of(arguments)


def test_falsy_identity_is_an_identity() -> None:
    """Zero, false and the empty text are values; only null is none."""
    assert tool("a", "b", "c").identity_of({"a": 0, "b": False, "c": ""}) == {"a": 0, "b": False, "c": ""}
