"""Worlds of the oracles over calls: schema and permission."""

from hypothesis import strategies as st

from autobiz_oracles import (
    PlainAttempt,
    PlainCall,
    Scope,
    accepted,
    conforms,
    denied_and_logged,
    rejected,
    within_scopes,
)

from .conformance import Conformance, World

NAMES = st.text(alphabet="abcdef_", min_size=1, max_size=8)
ORDER = {
    "type": "object",
    "properties": {"amount": {"type": "integer", "minimum": 1}, "currency": {"enum": ["eur", "usd"]}},
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
GOOD_ORDER = {"amount": 5, "currency": "eur"}
SCOPES = [Scope("agent", "t1", "stripe", "refund")]


def call(code: str | None, *effects: str) -> PlainCall:
    return PlainCall(code=code, effects=effects)


def attempt(
    tool: str = "stripe", action: str = "refund", *, executed: bool = True, tenant: str = "t1"
) -> PlainAttempt:
    return PlainAttempt(principal="agent", tenant=tenant, tool=tool, action=action, executed=executed)


CONFORMANCE = (
    Conformance(
        oracle=conforms,
        passes={"good": World(GOOD_ORDER, ORDER), "anything": World(None, True), "empty": World([], {})},
        fails={
            "unknown_field": World({**GOOD_ORDER, "note": 1}, ORDER),
            "missing_field": World({"amount": 5}, ORDER),
            "true_is_no_integer": World({**GOOD_ORDER, "amount": True}, ORDER),
            "below_minimum": World({**GOOD_ORDER, "amount": 0}, ORDER),
            "not_in_enum": World({**GOOD_ORDER, "currency": "EUR"}, ORDER),
            "no_object": World([], ORDER),
            "nothing": World(1, False),
        },
        unknown={
            "no_schema": World(GOOD_ORDER, None),
            "unknown_keyword": World(GOOD_ORDER, {"dependentRequired": {}}),
            "reference_to_elsewhere": World(1, {"$ref": "https://example.com/x"}),
            "no_json": World({"amount": {1}}, {"properties": {"amount": {"type": "integer"}}}),
            "endless": World(1, {"$ref": "#"}),
        },
        broken=NAMES.map(lambda name: World({**GOOD_ORDER, name: 1}, ORDER)),
        shaped=0,
    ),
    Conformance(
        oracle=accepted,
        passes={"accepted": World(call(None)), "with_effect": World(call(None, "refund"))},
        fails={
            "schema": World(call("SCHEMA_INVALID")),
            "permission": World(call("PERMISSION_DENIED")),
            "empty_code": World(call("")),
        },
        unknown={"no_call": World(None)},
        broken=NAMES.map(lambda code: World(call(code))),
    ),
    Conformance(
        oracle=rejected,
        passes={
            "before": World(call("SCHEMA_INVALID"), "SCHEMA_INVALID"),
            "after": World(call("TIMEOUT", "refund"), "TIMEOUT", before_side_effects=False),
            "not_looked": World(PlainCall(code="X", effects=None), "X", before_side_effects=False),
        },
        fails={
            "accepted": World(call(None), "SCHEMA_INVALID"),
            "other_code": World(call("PERMISSION_DENIED"), "SCHEMA_INVALID"),
            "too_late": World(call("SCHEMA_INVALID", "refund"), "SCHEMA_INVALID"),
        },
        unknown={"no_call": World(None, "X"), "nobody_looked": World(PlainCall(code="X", effects=None), "X")},
        broken=st.lists(NAMES, min_size=1).map(lambda effects: World(call("X", *effects), "X")),
    ),
    Conformance(
        oracle=within_scopes,
        passes={
            "in_scope": World([attempt()], SCOPES),
            "held_back": World([attempt(action="payout", executed=False)], SCOPES),
            "nobody_tried": World([], []),
        },
        fails={
            "other_action": World([attempt(action="payout")], SCOPES),
            "other_tool": World([attempt("shopify")], SCOPES),
            "other_tenant": World([attempt(tenant="t2")], SCOPES),
            "no_scopes": World([attempt()], []),
            "star_is_no_wildcard": World([attempt()], [Scope("agent", "t1", "stripe", "*")]),
        },
        unknown={
            "scopes_as_texts": World([attempt()], ["abcd"]),
            "no_attempts": World(None, SCOPES),
            "no_scopes_read": World([], None),
        },
        broken=NAMES.map(lambda action: World([attempt(), attempt(action=action)], SCOPES)),
        shaped=2,
    ),
    Conformance(
        oracle=denied_and_logged,
        passes={"one": World([attempt(executed=False)], [attempt()])},
        fails={
            "ran": World([attempt()], [attempt()]),
            "not_logged": World([attempt(executed=False)], []),
            "logged_once_of_two": World([attempt(executed=False)] * 2, [attempt()]),
            "other_action_logged": World([attempt(executed=False)], [attempt(action="void")]),
            "nobody_tried": World([], []),
        },
        unknown={"no_attempts": World(None, []), "no_audit": World([attempt(executed=False)], None)},
        broken=NAMES.map(lambda tool: World([attempt(executed=False)], [attempt(tool)])),
        shaped=2,
    ),
)
