"""Worlds of the oracles over runs: bounds, trace, cost and timing."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from autobiz_oracles import (
    PlainCharge,
    PlainRun,
    PlainTime,
    PlainTraceRow,
    adds_up,
    at_least_ms,
    attributed_to,
    complete,
    correlated,
    cost_between,
    ended_by,
    in_order,
    within_bounds,
    within_ms,
)

from .conformance import Conformance, World

NAMES = st.text(alphabet="abcdef_", min_size=1, max_size=8)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def run(reason: str | None = "done", bounds: object = None, **used: float) -> PlainRun:
    caps = {"steps_max": 10, "tokens_max": 100} if bounds is None else bounds
    return PlainRun(termination_reason=reason, used=used, bounds=caps)  # type: ignore[arg-type]  # odd caps are tried


def rows(*kinds: str, number: int = 1, ids: str = "run-1") -> list[PlainTraceRow]:
    return [
        PlainTraceRow(number=place, kind=kind, correlation_id=ids) for place, kind in enumerate(kinds, number)
    ]


def charge(usd: Decimal | float, tenant: str = "t1", workflow: str = "WF03") -> PlainCharge:
    return PlainCharge(tenant=tenant, workflow=workflow, usd=usd)


def took(ms: float, *, begun_ms: float = 0, virtual: bool = True) -> PlainTime:
    begun = NOON + timedelta(milliseconds=begun_ms)
    return PlainTime(started_at=begun, ended_at=begun + timedelta(milliseconds=ms), virtual=virtual)


NAIVE = PlainTime(started_at=NOON.replace(tzinfo=None), ended_at=NOON.replace(tzinfo=None), virtual=True)
WHOLE = ("started", "tool", "ended")

CONFORMANCE = (
    Conformance(
        oracle=within_bounds,
        passes={"within": World(run(steps_max=10, tokens_max=0))},
        fails={
            "overrun": World(run(steps_max=11, tokens_max=0)),
            "overrun_by_little": World(run(steps_max=10.0001, tokens_max=0)),
            "no_caps": World(run(bounds={})),
            "used_without_cap": World(run(steps_max=1, tokens_max=1, usd_max=1)),
        },
        unknown={
            "no_run": World(None),
            "not_measured": World(run(steps_max=1)),
            "not_a_number": World(run(steps_max=float("nan"), tokens_max=1)),
            "endless_cap": World(run(bounds={"steps_max": float("inf")}, steps_max=1)),
        },
        broken=st.integers(11, 10**9).map(lambda steps: World(run(steps_max=steps, tokens_max=1))),
    ),
    Conformance(
        oracle=ended_by,
        passes={
            "cap": World(run("steps_max", steps_max=10, tokens_max=1), "steps_max"),
            "not_a_cap": World(run("done"), "done"),
        },
        fails={
            "other_reason": World(run("tokens_max", steps_max=10, tokens_max=100), "steps_max"),
            "not_ended": World(run(None, steps_max=10, tokens_max=1), "steps_max"),
            "not_used_up": World(run("steps_max", steps_max=9, tokens_max=1), "steps_max"),
            "another_overrun": World(run("steps_max", steps_max=10, tokens_max=101), "steps_max"),
        },
        unknown={
            "no_run": World(None, "steps_max"),
            "not_measured": World(run("steps_max"), "steps_max"),
            "no_caps_read": World(PlainRun(termination_reason="done", used={}, bounds=None), "done"),
        },
        broken=st.integers(0, 9).map(
            lambda steps: World(run("steps_max", steps_max=steps, tokens_max=1), "steps_max")
        ),
    ),
    Conformance(
        oracle=complete,
        passes={
            "whole": World(rows(*WHOLE)),
            "with_kinds": World(rows(*WHOLE), kinds=["tool"]),
            "in_any_order": World(rows(*WHOLE)[::-1]),
        },
        fails={
            "empty": World([]),
            "gap": World([*rows("started"), *rows("ended", number=3)]),
            "repeat": World([*rows(*WHOLE), *rows("tool", number=2)]),
            "not_ended": World(rows("started", "tool")),
            "not_started": World(rows("tool", "ended")),
            "from_nought": World(rows(*WHOLE, number=0)),
            "without_kind": World(rows(*WHOLE), kinds=["approval"]),
        },
        unknown={"no_trace": World(None)},
        broken=st.integers(0, 4).map(
            lambda lost: World(
                [row for row in rows("started", "a", "b", "c", "ended") if row.number != lost + 1]
            )
        ),
    ),
    Conformance(
        oracle=correlated,
        passes={"one": World(rows(*WHOLE)), "known": World(rows(*WHOLE), correlation_id="run-1")},
        fails={
            "two": World([*rows("started"), *rows("ended", ids="run-2")]),
            "none": World(rows(*WHOLE, ids="")),
            "one_without": World([*rows("started"), *rows("ended", ids="")]),
            "other": World(rows(*WHOLE), correlation_id="run-2"),
            "empty": World([]),
        },
        unknown={"no_trace": World(None)},
        broken=NAMES.map(lambda ids: World([*rows(*WHOLE), *rows("late", ids=ids)])),
    ),
    Conformance(
        oracle=cost_between,
        passes={
            "between": World([charge(Decimal("0.1")), charge(0.2)], 0, Decimal("0.3")),
            "at_both_ends": World([charge(1)], 1, 1),
            "nothing": World([], 0, 1),
        },
        fails={
            "above": World([charge(2)], 0, 1),
            "below": World([charge(1)], 2, 3),
            "nothing_spent": World([], 1, 2),
            "by_a_hair": World([charge(Decimal("1.0000000001"))], 0, 1),
        },
        unknown={
            "no_charges": World(None, 0, 1),
            "not_a_number": World([charge(float("nan"))], 0, 1),
            "empty_range": World([charge(1)], 2, 1),
        },
        broken=st.integers(2, 10**9).map(lambda usd: World([charge(usd)], 0, 1)),
    ),
    Conformance(
        oracle=attributed_to,
        passes={"one": World([charge(1), charge(2)], "t1", "WF03")},
        fails={
            "other_tenant": World([charge(1), charge(1, "t2")], "t1", "WF03"),
            "other_workflow": World([charge(1, workflow="WF01")], "t1", "WF03"),
            "nobody": World([charge(1, "")], "t1", "WF03"),
            "no_charge": World([], "t1", "WF03"),
        },
        unknown={"no_charges": World(None, "t1", "WF03")},
        broken=NAMES.map(lambda tenant: World([charge(1, tenant)], "t1", "WF03")),
    ),
    Conformance(
        oracle=adds_up,
        passes={"exact": World([charge(0.1), charge(0.2)], 0.3), "nothing": World([], 0)},
        fails={
            "told_more": World([charge(1)], 2),
            "told_less": World([charge(1), charge(1)], 1),
            "negative": World([charge(2), charge(-1)], 1),
        },
        unknown={"no_charges": World(None, 1), "no_total": World([], None), "truth": World([], True)},
        broken=st.integers(1).map(lambda usd: World([charge(usd)], usd - 1)),
    ),
    Conformance(
        oracle=within_ms,
        passes={"below": World(took(9), 10), "at_limit": World(took(10), 10)},
        fails={
            "above": World(took(11), 10),
            "by_a_microsecond": World(took(10.001), 10),
            "by_a_day": World(took(86_400_000), 10),
        },
        unknown={
            "no_time": World(None, 10),
            "wall_clock": World(took(1, virtual=False), 10),
            "went_back": World(took(-1), 10),
            "without_zone": World(NAIVE, 10),
            "no_limit": World(took(1), float("nan")),
            "not_ended": World(PlainTime(started_at=NOON, ended_at=None, virtual=True), 10),
        },
        broken=st.integers(11, 10**9).map(lambda ms: World(took(ms), 10)),
    ),
    Conformance(
        oracle=at_least_ms,
        passes={"above": World(took(11), 10), "at_limit": World(took(10), 10)},
        fails={
            "below": World(took(9), 10),
            "by_a_microsecond": World(took(9.999), 10),
            "at_once": World(took(0), 10),
        },
        unknown={"no_time": World(None, 10), "wall_clock": World(took(11, virtual=False), 10)},
        broken=st.integers(0, 9).map(lambda ms: World(took(ms), 10)),
    ),
    Conformance(
        oracle=in_order,
        passes={
            "one_after_the_other": World([took(5), took(5, begun_ms=5)]),
            "in_two_zones": World(
                [
                    took(5),
                    PlainTime(
                        started_at=(NOON + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-9))),
                        ended_at=NOON + timedelta(hours=1),
                        virtual=True,
                    ),
                ]
            ),
        },
        fails={
            "reversed": World([took(5, begun_ms=5), took(5)]),
            "overlapping": World([took(5), took(5, begun_ms=4)]),
            "at_the_same_time": World([took(5), took(5)]),
        },
        unknown={
            "no_times": World(None),
            "one": World([took(5)]),
            "one_on_the_wall": World([took(5), took(5, begun_ms=5, virtual=False)]),
        },
        broken=st.integers(0, 4).map(lambda begun: World([took(5), took(5, begun_ms=begun)])),
    ),
)
