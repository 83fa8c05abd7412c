"""Worlds of the oracles over effects: what providers saw, what our books say, what asking again did."""

from hypothesis import strategies as st

from autobiz_oracles import (
    PlainReceipt,
    PlainRequest,
    exactly,
    exactly_once,
    no_effect,
    no_new_effects,
    nothing_else,
    receipts_agree,
    same_result,
)

from .conformance import Conformance, World

KEY = "Idempotency-Key"
OP = {"method": "POST", "path": "/v1/refunds", "header": KEY}
KEYS = st.text(alphabet="abcdef0123456789", min_size=1, max_size=8)


def seen(
    key: str | None = "k1", *, accepted: bool = True, body: str = "a=1", path: str = "/v1/refunds"
) -> PlainRequest:
    headers = {} if key is None else {KEY: key}
    return PlainRequest(method="POST", path=path, accepted=accepted, body=body, headers=headers)


def books(*keys: str) -> list[PlainReceipt]:
    return [PlainReceipt(external_key=key) for key in keys]


def several(least: int, most: int = 5) -> st.SearchStrategy[list[str]]:
    return st.lists(KEYS, min_size=least, max_size=most, unique=True)


JOURNAL = [seen()]

CONFORMANCE = (
    Conformance(
        oracle=exactly_once,
        passes={
            "once": World([seen()], **OP),
            "retried": World([seen(accepted=False), seen()], **OP),
            "known_key": World([seen()], key="k1", **OP),
        },
        fails={
            "never": World([], **OP),
            "refused": World([seen(accepted=False)], **OP),
            "twice": World([seen(), seen("k2")], **OP),
            "other_body": World([seen(), seen(body="a=2")], **OP),
            "no_key": World([seen(None)], **OP),
            "other_key": World([seen("k2")], key="k1", **OP),
            "elsewhere": World([seen(path="/v1/charges")], **OP),
        },
        unknown={"nobody_looked": World(None, **OP), "generator": World(iter(()), **OP)},
        broken=several(2).map(lambda keys: World([seen(key) for key in keys], **OP)),
    ),
    Conformance(
        oracle=lambda requests, count, **rest: exactly(count, requests, **rest),
        passes={"two": World([seen(), seen("k2"), seen()], 2, **OP), "none": World([], 0, **OP)},
        fails={
            "one_of_two": World([seen()], 2, **OP),
            "three_of_two": World([seen("a"), seen("b"), seen("c")], 2, **OP),
            "one_refused": World([seen(), seen("k2", accepted=False)], 2, **OP),
            "one_body_changed": World([seen(), seen("k2"), seen("k2", body="a=2")], 2, **OP),
        },
        unknown={"nobody_looked": World(None, 2, **OP)},
        broken=several(0).map(lambda keys: World([seen(key) for key in keys], len(keys) + 1, **OP)),
    ),
    Conformance(
        oracle=no_effect,
        passes={"silence": World([]), "all_refused": World([seen(accepted=False)])},
        fails={
            "one": World([seen()]),
            "one_of_two": World([seen(accepted=False), seen("k2")]),
            "without_key": World([seen(None)]),
        },
        unknown={"nobody_looked": World(None)},
        broken=several(1).map(lambda keys: World([seen(key) for key in keys])),
    ),
    Conformance(
        oracle=nothing_else,
        passes={
            "declared": World([seen()], declared=[("POST", "/v1/refunds")]),
            "none": World([], declared=[]),
        },
        fails={
            "undeclared": World([seen()], declared=[]),
            "other_path": World([seen(path="/v1/payouts")], declared=[("POST", "/v1/refunds")]),
            "other_method": World([seen()], declared=[("GET", "/v1/refunds")]),
            "refused_too": World([seen(accepted=False)], declared=[]),
        },
        unknown={"nobody_looked": World(None, declared=[])},
        broken=KEYS.map(lambda name: World([seen(path=f"/{name}")], declared=[("POST", "/v1/refunds")])),
    ),
    Conformance(
        oracle=receipts_agree,
        passes={
            "one": World(books("k1"), [seen(), seen()], header=KEY),
            "none": World([], [seen(accepted=False)], header=KEY),
        },
        fails={
            "doubled": World(books("k1", "k1"), [seen()], header=KEY),
            "invented": World(books("k1", "k2"), [seen()], header=KEY),
            "forgotten": World([], [seen()], header=KEY),
            "for_a_refusal": World(books("k1"), [seen(accepted=False)], header=KEY),
        },
        unknown={"no_books": World(None, [], header=KEY), "no_journal": World([], None, header=KEY)},
        broken=several(1).map(lambda keys: World(books(*keys[1:]), [seen(key) for key in keys], header=KEY)),
        shaped=2,
    ),
    Conformance(
        oracle=same_result,
        passes={"equal": World([{"a": 1, "b": 2}, {"b": 2, "a": 1}])},
        fails={
            "different": World([{"a": 1}, {"a": 2}]),
            "one_absent": World([{"a": 1}, None]),
            "both_absent": World([None, None]),
            "member_more": World([{"a": 1}, {"a": 1, "b": None}]),
            "true_for_one": World([{"a": 1}, {"a": True}]),
        },
        unknown={
            "nobody_asked": World(None),
            "asked_once": World([{"a": 1}]),
            "shapeless": World([{"a": {1}}] * 2),
        },
        broken=st.integers().map(lambda number: World([{"a": number}, {"a": number + 1}])),
    ),
    Conformance(
        oracle=no_new_effects,
        passes={
            "nothing": World([], [], header=KEY),
            "repeat": World([seen()], [seen(), seen()], header=KEY),
            "refused": World([seen()], [seen(), seen("k2", accepted=False)], header=KEY),
        },
        fails={
            "second": World([seen()], [seen(), seen("k2")], header=KEY),
            "first": World([], [seen()], header=KEY),
            "refused_before": World([seen(accepted=False)], [seen(accepted=False), seen()], header=KEY),
        },
        unknown={
            "read_once": World(JOURNAL, JOURNAL, header=KEY),
            "not_before": World(None, [], header=KEY),
            "not_after": World([], None, header=KEY),
            "shrank": World([seen()], [], header=KEY),
        },
        broken=several(2).map(lambda keys: World([seen(keys[0])], [seen(key) for key in keys], header=KEY)),
        shaped=2,
    ),
)
