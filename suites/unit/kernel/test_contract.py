"""Contracts, scopes and bounds: what is refused before anything can run under them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from autobiz_kernel import BoundsConfig, CallError, EffectClass, PermissionScope, Recovery, Tool, ToolContract

from ...tools import answer, contract

pytestmark = [pytest.mark.requirement("P1-R01", "INV-01"), pytest.mark.test_id("P1-T02")]

OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "additionalProperties": False,
}


def made(**changes: Any) -> ToolContract:
    usual: dict[str, Any] = {
        "name": "shop",
        "operation": "note",
        "version": "1",
        "effect_class": EffectClass.READ,
        "input_schema": OBJECT,
        "output_schema": OBJECT,
    }
    return ToolContract(**(usual | changes))


@pytest.mark.adversarial(14)
@pytest.mark.negative
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": "Shop"}, "name 'Shop'"),
        ({"name": "shop.admin"}, "name 'shop.admin'"),
        ({"operation": ""}, "operation ''"),
        ({"version": "1 "}, "version '1 '"),
        ({"timeout_ms": 0}, "timeout_ms=0"),
        ({"timeout_ms": 10**9}, "timeout_ms=1000000000"),
        ({"cost_micros": -1}, "cost_micros=-1"),
        ({"effect_class": EffectClass.WRITE}, "identity is empty"),
        ({"effect_class": EffectClass.FINANCIAL, "identity": ("a",)}, "amount and its currency"),
        ({"identity": ("b",)}, "'b', which its input schema lacks"),
        ({"entities": ("c",)}, "'c', which its input schema lacks"),
        ({"input_schema": {"type": "string"}}, "set type to 'object'"),
        ({"input_schema": {"type": "object"}}, "lets unknown fields in"),
        ({"input_schema": {**OBJECT, "additionalProperties": {}}}, "lets unknown fields in"),
        (
            {"input_schema": {**OBJECT, "properties": {"a": {"type": "object"}}}},
            r"\$\.a: lets unknown fields",
        ),
        (
            {"input_schema": {**OBJECT, "properties": {"a": {"items": {"properties": {}}}}}},
            r"\$\.a\.items: lets unknown",
        ),
        ({"output_schema": {**OBJECT, "properties": {"a": {"type": "nonsense"}}}}, "not a JSON Schema"),
        ({"output_schema": {**OBJECT, "properties": {"a": {}}}}, r"\$\.properties\.a: may be anything"),
        ({"output_schema": {**OBJECT, "properties": {"a": True}}}, r"\$\.properties\.a: may be anything"),
        (
            {"output_schema": {**OBJECT, "properties": {"a": {"type": "array"}}}},
            r"\$\.a: does not say what is in the list",
        ),
        (
            {"output_schema": {**OBJECT, "properties": {"a": {"type": "array", "items": {}}}}},
            r"\$\.a\.items: may be anything",
        ),
        (
            {"input_schema": {**OBJECT, "properties": {"a": {"$ref": "http://127.0.0.1:9/x"}}}},
            "leads outside",
        ),
        ({"input_schema": {**OBJECT, "properties": {"a": {"$ref": "file:///etc/passwd"}}}}, "leads outside"),
        (
            {"input_schema": {**OBJECT, "properties": {"a": {"type": "string", "pattern": "("}}}},
            "not a JSON Schema",
        ),
        (
            {"input_schema": {**OBJECT, "properties": {"a": {"type": "string", "pattern": r"(a)\1"}}}},
            "not a JSON Schema",
        ),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
def test_an_unusable_contract_is_refused(changes: dict[str, Any], complaint: str) -> None:
    """What has no name, no end, no identity, open doors or a schema that fetches or backtracks is refused."""
    with pytest.raises(CallError, match=complaint):
        made(**changes)


@pytest.mark.negative
def test_all_complaints_come_at_once() -> None:
    """A contract with three faults is refused with all three."""
    with pytest.raises(CallError, match=r"name.*version.*timeout_ms"):
        made(name="?", version="", timeout_ms=0)


@pytest.mark.adversarial(15)
@pytest.mark.negative
def test_a_pattern_that_would_backtrack_is_matched_in_linear_time() -> None:
    """A pattern that keeps other engines busy for ever is answered, and the answer is right."""
    schema = {**OBJECT, "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    takes = made(input_schema=schema).takes
    assert not takes.is_valid({"a": "a" * 50_000 + "!"})
    assert takes.is_valid({"a": "a" * 50_000})


@pytest.mark.adversarial(6)
def test_whole_numbers_are_integers_however_written() -> None:
    """`1.0` is an integer, as JSON Schema has it, and true is none."""
    takes = contract().takes
    assert takes.is_valid({"refund_id": "r", "amount": 1.0})
    assert not takes.is_valid({"refund_id": "r", "amount": True})


def test_a_contract_is_pinned_by_its_digest() -> None:
    """The digest changes with whatever a caller or a provider could notice."""
    one = contract()
    others = [
        replace(one, timeout_ms=1),
        replace(one, version="2"),
        replace(one, recovery=Recovery.UNREPEATABLE),
        replace(one, output_schema=OBJECT),
        replace(one, identity=("refund_id", "order")),
    ]
    assert len({each.sha256() for each in (one, contract(), *others)}) == 6


@pytest.mark.negative
def test_what_is_said_to_be_queryable_can_be_queried() -> None:
    """A tool whose doubt is to be looked up needs the means."""
    with pytest.raises(CallError, match="give it one"):
        Tool(contract=contract(recovery=Recovery.QUERYABLE), execute=answer)


@pytest.mark.adversarial(20)
@pytest.mark.negative
@pytest.mark.parametrize("pattern", ["stripe*", "*.x", "", "Stripe", "stripe.refund", "**"])
def test_a_scope_names_whole_words(pattern: str) -> None:
    """There is no pattern that covers a part of a name."""
    with pytest.raises(CallError, match="must be a name or"):
        PermissionScope(principal="agent", tenant=UUID(int=1), tool=pattern, operation="*")


@pytest.mark.adversarial(96)
@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T05")
@pytest.mark.negative
@pytest.mark.parametrize(
    "cap", ["steps_max", "wall_ms_max", "tokens_max", "tool_calls_max", "cost_micros_max"]
)
@pytest.mark.parametrize("value", [0, -1, 2**53, 1.5, True, None])
def test_a_bound_is_at_least_one(cap: str, value: Any) -> None:
    """Caps are whole numbers from one to a largest: none is nothing, and none is without end."""
    caps: dict[str, Any] = {cap: value}
    with pytest.raises(CallError, match=f"{cap}={value}"):
        BoundsConfig(**caps)


@pytest.mark.adversarial(16)
@pytest.mark.negative
@pytest.mark.parametrize("side", ["input_schema", "output_schema"])
def test_a_schema_that_is_changed_later_changes_nothing(side: str) -> None:
    """Whoever holds the schema a contract was made of changes neither its check nor its digest."""
    mine: dict[str, Any] = {**OBJECT, "properties": {"a": {"type": "string"}}}
    one = made(**{side: mine})
    pinned = one.sha256()
    mine["properties"]["a"]["type"] = "integer"
    mine["properties"]["b"] = {"type": "string"}
    check = one.takes if side == "input_schema" else one.gives
    assert (check.is_valid({"a": "x"}), check.is_valid({"a": 1}), check.is_valid({"b": "x"})) == (
        True,
        False,
        False,
    )
    assert one.sha256() == pinned
    assert made(**{side: mine}).sha256() != pinned
