"""Worlds of the oracles over what is left: stores, metrics, logs and all stored or sent bytes."""

import base64
import json
from urllib.parse import quote

from hypothesis import strategies as st

from autobiz_oracles import (
    PlainCrash,
    PlainLogLine,
    leaks_nothing,
    logged,
    metric_moved,
    nothing_else_moved,
    nothing_invented,
    nothing_lost,
)

from .conformance import Conformance, World

NAMES = st.text(alphabet="abcdef_", min_size=1, max_size=8)
# Put together here, so that no scanner of the repository takes it for a real one.
SECRET = "_".join(("sk", "live", "4eC39HqLyjWDarjtT1zdp7dc"))
MAIL = "ann.other@example.com"


def crash(acknowledged: list[str] | None, found: list[str] | None, attempted: object = ()) -> PlainCrash:
    return PlainCrash(attempted=attempted, acknowledged=acknowledged, found=found)  # type: ignore[arg-type]  # None too


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def wrapped(text: str, times: int) -> str:
    for _ in range(times):
        text = b64(f"wrapped: {text}")
    return text


WRAPPINGS = (lambda text: json.dumps({"in": [text]}), b64, quote, lambda text: text.encode().hex())


def wrap(ways: list[int], text: str) -> str:
    for way in ways:
        text = WRAPPINGS[way](text)
    return text


def line(event: str = "denied", **fields: object) -> PlainLogLine:
    return PlainLogLine(event=event, fields=fields)


METRICS = {"m": 1}

CONFORMANCE = (
    Conformance(
        oracle=nothing_lost,
        passes={"all": World(crash(["a"], ["a", "b"])), "none": World(crash([], []))},
        fails={
            "lost": World(crash(["a", "b"], ["a"])),
            "all_lost": World(crash(["a"], [])),
            "doubled": World(crash(["a"], ["a", "a"])),
        },
        unknown={
            "no_crash": World(None),
            "nobody_noted": World(crash(None, [])),
            "store_not_read": World(crash([], None)),
        },
        broken=st.lists(NAMES, min_size=1, unique=True).map(lambda keys: World(crash(keys, keys[1:]))),
    ),
    Conformance(
        oracle=nothing_invented,
        passes={"attempted": World(crash([], ["a"], ["a", "b"])), "none": World(crash([], [], []))},
        fails={
            "invented": World(crash([], ["a", "b"], ["a"])),
            "from_nothing": World(crash([], ["a"], [])),
            "acknowledged_only": World(crash(["b"], ["b"], ["a"])),
        },
        unknown={"nobody_noted": World(crash([], [], None)), "store_not_read": World(crash([], None))},
        broken=st.lists(NAMES, min_size=1, unique=True).map(lambda keys: World(crash([], keys, keys[1:]))),
    ),
    Conformance(
        oracle=metric_moved,
        passes={
            "by_one": World({"m": 1}, {"m": 2}, "m"),
            "new": World({}, {"m": 1}, "m"),
            "tenths": World({"m": 0.1}, {"m": 0.3}, "m", by=0.2),
        },
        fails={
            "stayed": World({"m": 1}, {"m": 1}, "m"),
            "moved_more": World({"m": 1}, {"m": 3}, "m"),
            "absent": World({}, {}, "m"),
            "went_back": World({"m": 2}, {"m": 1}, "m"),
        },
        unknown={
            "not_before": World(None, {"m": 1}, "m"),
            "not_after": World({}, None, "m"),
            "not_a_number": World({}, {"m": float("nan")}, "m"),
        },
        broken=st.integers(2).map(lambda moved: World({"m": 0}, {"m": moved}, "m")),
        shaped=2,
    ),
    Conformance(
        oracle=nothing_else_moved,
        passes={
            "named": World({"m": 1, "n": 1}, {"m": 2, "n": 1}, "m"),
            "nothing": World({}, {}),
            "idle": World({"m": 1}, {"m": 1}),
        },
        fails={
            "another": World({"m": 1, "n": 1}, {"m": 2, "n": 2}, "m"),
            "new": World({}, {"n": 1}),
            "gone": World({"n": 1}, {}),
        },
        unknown={
            "read_once": World(METRICS, METRICS),
            "not_before": World(None, {}),
            "not_a_number": World({}, {"n": "1"}),
        },
        broken=NAMES.map(lambda name: World({}, {name: 1})),
        shaped=2,
    ),
    Conformance(
        oracle=logged,
        passes={
            "once": World([line()], "denied"),
            "with_fields": World([line(), line(tool="x")], "denied", fields={"tool": "x"}),
            "never": World([], "denied", times=0),
        },
        fails={
            "not": World([], "denied"),
            "twice": World([line(), line()], "denied"),
            "other_field": World([line(tool="y")], "denied", fields={"tool": "x"}),
            "other_event": World([line("allowed")], "denied"),
            "true_for_one": World([line(count=True)], "denied", fields={"count": 1}),
        },
        unknown={"no_log": World(None, "denied"), "less_than_never": World([], "denied", times=-1)},
        broken=NAMES.map(lambda tool: World([line(tool=f"{tool}y")], "denied", fields={"tool": tool})),
    ),
    Conformance(
        oracle=leaks_nothing,
        passes={
            "clean": World({"log": b"an order of 4711 was refunded", "trace": "{}", "none": b""}),
            "allowed": World({"log": f"to {MAIL}"}, allowed=[MAIL]),
            "masked": World({"log": "to a***@example.com, card ************4242"}),
        },
        fails={
            "plain": World({"log": b"fine", "trace": f"key {SECRET}"}),
            "in_json": World({"log": json.dumps({"note": json.dumps({"key": SECRET})})}),
            "escaped": World({"log": json.dumps({"note": MAIL}).replace("@", "\\u0040")}),
            "in_base64": World({"log": f"data:text/plain;base64,{b64(SECRET)}"}),
            "in_url": World({"log": "to=" + quote(MAIL, safe="")}),
            "more_than_allowed": World({"log": f"{MAIL} and x{MAIL}"}, allowed=[MAIL]),
            "secret_without_shape": World({"log": "for Ann Other"}, secrets=["ann other"]),
        },
        unknown={
            "nobody_looked": World(None),
            "nowhere": World({}),
            "one_place_not_read": World({"log": None}),
            "too_deep": World({"log": wrapped(SECRET, 4)}, depth_max=3),
            "compressed": World({"log": b"\x1f\x8b\x08\x00"}),
            "number": World({"log": 5}),
            "empty_secret": World({"log": "x"}, secrets=[""]),
        },
        broken=st.lists(st.integers(0, len(WRAPPINGS) - 1), max_size=3).flatmap(
            lambda ways: st.sampled_from(
                [SECRET, MAIL, "4242 4242 4242 4242", "DE89 3704 0044 0532 0130 00"]
            ).map(lambda text: World({"log": f"see {wrap(ways, f'it is {text} here')} there"}))
        ),
    ),
)
