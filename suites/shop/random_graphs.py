"""Workflows that nobody would write and worlds that nobody would wish for, drawn by chance."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Protocol, TypeVar
from uuid import UUID

import orjson

from autobiz_kernel import Json, NotDoneError, Refused, timed_id
from autobiz_kernel.approvals import DecisionError, Verdict
from autobiz_kernel.business import CompileError, compile_business

from .place import TENANT_A, Shop
from .tools import CONTRACTS, answer_of

T = TypeVar("T")
INPUT: Json = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "count": {"type": "integer"},
        "list": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["name", "count", "list"],
    "additionalProperties": False,
}
GIVEN: Json = {"name": "n-1", "count": 3, "list": [1, 2]}
ROUNDS_MAX = 3_000


class Chance(Protocol):
    """Whoever draws."""

    def number(self, low: int, high: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Seeded:
    """Chance from a seed."""

    rng: Random

    def number(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)


def one_of(chance: Chance, values: Sequence[T]) -> T:
    return values[chance.number(0, len(values) - 1)]


def happens(chance: Chance, percent: int) -> bool:
    return chance.number(1, 100) <= percent


def random_business(chance: Chance) -> str:
    """A configuration with one or two workflows; about half of them are sound."""
    spoil = happens(chance, 30)
    names = ["main", "other"] if happens(chance, 40) else ["main"]
    workflows = {
        name: _workflow(chance, others=names[index + 1 :], spoil=spoil) for index, name in enumerate(names)
    }
    said = {
        "schema": 1,
        "business": "chaos",
        "tenants": [{"id": str(TENANT_A), "prefix": "tenant-a"}],
        "tools": [{"tool": each.reference} for each in CONTRACTS],
        "scopes": [{"principal": "agent", "tool": "*", "operation": "*"}],
        "bounds": {
            "steps_max": chance.number(5, 120),
            "wall_ms_max": 10**8,
            "tokens_max": 1000,
            "tool_calls_max": chance.number(5, 120),
            "cost_micros_max": 10**6,
        },
        "approvals": [
            {
                "tool": "payments.refund",
                "when": "args.amount > 2",
                "approvers": ["finance"],
                "expires_ms": 10**6,
            }
        ],
        "people": {"ann": {"groups": ["finance"], "slack": "U0ANN"}},
        "workflows": workflows,
    }
    return orjson.dumps(said).decode()


def _workflow(chance: Chance, *, others: Sequence[str], spoil: bool) -> dict[str, Any]:
    count = chance.number(1, 7)
    names = [f"s{index}" for index in range(count)]
    steps = {name: _step(chance, index, names, others, spoil=spoil) for index, name in enumerate(names)}
    steps |= {"good": {"end": "completed"}, "bad": {"end": "failed"}}
    used = set(_ways(steps)) | {names[0]}
    while True:
        kept = {name: step for name, step in steps.items() if name in used}
        again = set(_ways(kept)) | {names[0]}
        if again == used:
            break
        used = again
    return {"principal": "agent", "start": names[0], "input": INPUT, "steps": kept}


def _ways(steps: dict[str, dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for step in steps.values():
        found += [step[each] for each in ("next", "otherwise", "on_timeout") if each in step]
        found += [each["next"] for each in step.get("choose", ())] + list(step.get("on_error", {}).values())
    return found


def _step(
    chance: Chance, index: int, names: Sequence[str], others: Sequence[str], *, spoil: bool
) -> dict[str, Any]:
    ahead = [*names[index + 1 :], "good", "good", "bad"]
    # Mostly forwards, so that most graphs have an end; backwards is what has to be bounded.
    is_back = happens(chance, 12)
    to = one_of(chance, names if is_back else ahead)
    step: dict[str, Any] = {"visits_max": chance.number(2, 6)} if is_back or happens(chance, 20) else {}
    if spoil and happens(chance, 20):
        to = one_of(chance, ["nowhere", names[0], names[index]])
    kind = one_of(chance, ["read", "reserve", "refund", "mail", "choose", "wait", "expect", "run"])
    if kind == "choose":
        when = one_of(
            chance, ["input.count > 2", "input.name == 'x'", "input.count / 0 > 1", "size(input.list) > 1"]
        )
        if spoil and happens(chance, 30):
            when = one_of(chance, ["input.nothing > 1", "input.name > 1", "input.count", "1 +"])
        return step | {"choose": [{"when": when, "next": one_of(chance, ahead)}], "otherwise": to}
    if kind == "wait":
        return step | {"wait_ms": chance.number(0, 100_000), "next": to}
    if kind == "expect":
        late = one_of(chance, ahead)
        return step | {"expect": "it.came", "key": "k", "within_ms": 50_000, "on_timeout": late, "next": to}
    if kind == "run" and others:
        each = {"each": "input.list", "at_most": chance.number(1, 3)} if happens(chance, 50) else {}
        given = {"name": f"=input.name + '-{index}'", "count": "=input.count", "list": "=input.list"}
        return (
            step
            | {"run": one_of(chance, others), "input": given, "next": to}
            | each
            | _on_error(chance, ahead)
        )
    return step | _call(chance, kind, index, spoil=spoil) | {"next": to} | _on_error(chance, ahead)


def _on_error(chance: Chance, ahead: Sequence[str]) -> dict[str, Any]:
    if happens(chance, 60):
        return {}
    return {
        "on_error": {one_of(chance, ["any", "refused", "denied", "child", "doubt"]): one_of(chance, ahead)}
    }


def _call(chance: Chance, kind: str, index: int, *, spoil: bool) -> dict[str, Any]:
    name = f"=input.name + '-{index}'"
    undo = (
        {"call": "stock.release@1", "arguments": {"line": name}}
        if happens(chance, 60)
        else {"none": "no matter"}
    )
    retry = (
        {"retry": {"attempts": chance.number(1, 3), "base_ms": 10, "cap_ms": 1000}}
        if happens(chance, 50)
        else {}
    )
    calls: dict[str, dict[str, Any]] = {
        "read": {"call": "orders.read@1", "arguments": {"order": name}},
        "reserve": {
            "call": "stock.reserve@1",
            "arguments": {"line": name, "units": "=input.count"},
            "undo": undo,
        },
        "refund": {
            "call": "payments.refund@1",
            "arguments": {"refund_id": name, "order": "o", "amount": "=input.count", "currency": "USD"},
            "undo": undo,
        },
        "mail": {"call": "mail.send@1", "arguments": {"mail_id": name, "text": "=input.name"}, "undo": undo},
    }
    made = calls.get(kind, calls["read"])
    if spoil and happens(chance, 30):
        made.pop("undo", None)
        made["arguments"].popitem()
    return made | retry


def compiles(text: str) -> bool:
    """Whether a configuration compiles; anything but an answer would be raised."""
    try:
        compile_business(text, CONTRACTS, file="chaos.yaml")
    except CompileError as error:
        return not error.complaints
    return True


async def lives_through(chance: Chance, shop: Shop) -> tuple[str, int, bytes]:
    """Run an accepted workflow in a world of chance; return why it ended, how many calls, its state."""

    async def answer(operation: str, arguments: Json, key: str) -> Json | Refused:
        shop.seen.append((operation, arguments, key))
        drawn = chance.number(1, 10)
        if drawn == 1:
            raise NotDoneError
        if drawn == 2:
            raise RuntimeError("nobody knows")
        return Refused(result={"why": "no"}) if drawn == 3 else answer_of(operation, arguments, key)

    shop.provider = answer
    run_id = timed_id(shop.clock.now(), chance.number(0, 2**60))
    await shop.start("main", GIVEN, run_id=run_id)
    for number in range(ROUNDS_MAX):
        await shop.worker().work()
        record = await shop.ledger.load_run(shop.tenant, run_id)
        if record is not None and record.termination_reason is not None:
            bounds = shop.compiled.bounds_of("main")
            # The call that is denied for its bound has been paid for, and so has each branch beside it.
            assert record.spent.steps <= bounds.steps_max + 4, (record.spent, bounds)
            told = await shop.replay(run_id)
            assert told.receipts == record.receipt_seq
            return record.termination_reason.value, len(shop.seen), record.state
        await _something(chance, shop, number)
        if record is not None and happens(chance, 30):
            await _words(chance, shop, run_id, orjson.loads(record.state), number)
        if happens(chance, 3):
            await shop.cancel(run_id)
    raise AssertionError(f"the run does not end: {shop.compiled.body.decode()}")


async def _words(chance: Chance, shop: Shop, run_id: UUID, state: Any, number: int) -> None:
    """Let somebody say what became of each effect in doubt."""
    for key, frame in state.get("frames", {}).items():
        if frame.get("wait", {}).get("for") == "word":
            place = f"undo:{len(frame['undo'])}" if frame["phase"] == "undo" else None
            path = f"{key}/{place or '{}:{}'.format(frame['at'], frame['visits'][frame['at']])}"
            operation = shop.seen[-1][0]
            result = answer_of(operation, {}, "k" * 8) if happens(chance, 50) else None
            await shop.worker().resolve(shop.tenant, run_id, path, result=result, who="ann", number=number)


async def _something(chance: Chance, shop: Shop, number: int) -> None:
    """Let something happen in the world: time above all."""
    shop.clock.advance(timedelta(milliseconds=chance.number(0, 400_000)))
    for request in await shop.waiting():
        if happens(chance, 30):
            # It may have become too late for a decision meanwhile.
            with suppress(DecisionError):
                await shop.decide(request, "U0ANN", one_of(chance, list(Verdict)))
    if happens(chance, 20):
        await shop.worker().tell(shop.tenant, "it.came", "k", {}, signal_id=f"e-{number}")
