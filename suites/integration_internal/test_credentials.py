"""No tenant gets another's secret, every access is on record, and nothing anywhere shows one."""

import asyncio
import copy
import json
import logging
import pickle
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import orjson
import pytest

from autobiz_harness.adapters import kept_run
from autobiz_kernel import Json, Ledger, NotDoneError, Principal, Refused, Tool
from autobiz_kernel.credentials import TTL, Secret, Told, rotating_tool
from autobiz_kernel.transport import STRIPE, LiveAccount, SandboxAccount
from autobiz_mocks import VirtualClock
from autobiz_oracles import expect

from ..calling import AGENT, ask, kernel_for
from ..credentials_kept import OURS, THEIRS, THEM, US, Kept, Safe, value_of
from ..tools import tool

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.priority("P0")]

HUSH = "hushhush0123456789"


@pytest.mark.requirement("P1-R22")
@pytest.mark.test_id("P1-T32")
@pytest.mark.adversarial(39)
@pytest.mark.negative
async def test_of_many_who_ask_at_once_each_gets_their_own() -> None:
    """Of 32 at a time, while keys are exchanged under them, nobody gets another tenant's or an older one."""
    safe, rng, wrong, seen = Safe(), Random(39), list[str](), list[str]()

    async def exchange(tenant: UUID) -> None:
        await asyncio.sleep(0)
        safe.kept.versions[tenant, "stripe"] += 1

    for _ in range(48):
        before = dict(safe.kept.versions)
        pairs = [(rng.choice((US, THEM)), rng.choice((OURS, THEIRS))) for _ in range(32)]
        told = await asyncio.gather(
            exchange(rng.choice((OURS, THEIRS))), *(safe.get(who, whose) for who, whose in pairs)
        )
        for (who, whose), value in zip(pairs, told[1:], strict=True):
            seen.append(str(value))
            right = {value_of(whose, "stripe", before[whose, "stripe"] + more) for more in (0, 1)}
            if value not in (right if who.tenant == whose else {"ForeignError"}):
                wrong.append(f"{who.tenant} asked for one of {whose} and got {value}")
        safe.clock.advance(TTL)
    expect.complaints(wrong, about=seen).none()
    told_each = Counter(each.told for each in safe.accesses)
    expect.value(sorted(told_each)).equals([Told.CACHED, Told.FETCHED, Told.FOREIGN])
    expect.value(told_each[Told.FOREIGN]).equals(seen.count("ForeignError"))


@pytest.mark.requirement("P1-R22")
@pytest.mark.test_id("P1-T32")
async def test_32_who_ask_at_once_make_one_look_and_32_records() -> None:
    """One of them fetches for all, and each access is on record with who asked, whose, and what was told."""
    safe = Safe()
    await asyncio.gather(*(safe.get(US, OURS) for _ in range(32)))
    expect.value(safe.kept.reads).equals([(OURS, "stripe")])
    expect.value(Counter(each.told for each in safe.accesses)).equals({Told.FETCHED: 1, Told.CACHED: 31})
    await asyncio.gather(*(safe.get(THEM, OURS) for _ in range(32)))
    await safe.get(US, OURS, "absent")
    expect.value(Counter(each.told for each in safe.accesses[32:])).equals({Told.FOREIGN: 32, Told.ABSENT: 1})
    shown = {f"access {number}": repr(each) for number, each in enumerate(safe.accesses)}
    expect.security(shown).leaks_nothing(secrets=[value_of(OURS, "stripe", 1)])


@dataclass(frozen=True)
class Holder:
    secret: Any


def _logged(secret: Any) -> str:
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "%s %r", (secret, Holder(secret)), None)
    return logging.Formatter().format(record)


def _raised(secret: Any) -> str:
    try:
        return str(int("x", base=secret))  # it raises, with the secret in its frame
    except TypeError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(shown.format()) + repr(error.args)


WAYS: dict[str, Callable[[Any], Any]] = {
    "repr": repr,
    "str": str,
    "format": lambda secret: f"{secret} {secret!r} {secret:>40}",
    "percent": lambda secret: "%s %r" % (secret, [secret]),  # noqa: UP031  # one of the ways to show a value
    "in a holder": lambda secret: repr(Holder(secret)),
    "as a dict": lambda secret: repr(asdict(Holder(secret))),
    "dir": lambda secret: repr([getattr(secret, name, None) for name in ("__dict__", "value", "_value")]),
    "vars": vars,
    "logged": _logged,
    "raised": _raised,
    "json": json.dumps,
    "json by str": lambda secret: json.dumps({"secret": secret}, default=str),
    "orjson": orjson.dumps,
    "msgspec": msgspec.json.encode,
    "pickle": pickle.dumps,
    "pickled holder": lambda secret: pickle.dumps(Holder(secret), protocol=0),
    "copy": lambda secret: repr(copy.copy(secret)),
    "deepcopy": lambda secret: repr(copy.deepcopy([secret])),
    # The number itself is one of chance, and may look like a card's.
    "hash": lambda secret: type(hash(secret)).__name__,
    "joined": lambda secret: "".join([secret]),  # it is refused
}


OF_TEST, OF_LIVE = f"sk_test_{HUSH}", "sk_" + f"live_{HUSH}"
HOLDERS: dict[str, Callable[[], Any]] = {
    "secret": lambda: Secret(HUSH),
    "sandbox account": lambda: SandboxAccount(provider=STRIPE, base_url="http://127.0.0.1:1", key=OF_TEST),
    "live account": lambda: LiveAccount(provider=STRIPE, base_url="https://api.stripe.com", key=OF_LIVE),
}


@pytest.mark.adversarial(40)
@pytest.mark.requirement("P1-R22")
@pytest.mark.test_id("P1-T32")
@pytest.mark.negative
@pytest.mark.parametrize("holder", HOLDERS)
async def test_a_secret_is_shown_by_no_way_of_showing_things(holder: str) -> None:
    """Printed, logged, raised, encoded, pickled, copied or hashed: it is hidden, or the way is refused."""
    shown: dict[str, str] = {}
    for way, show in WAYS.items():
        try:
            shown[way] = str(show(HOLDERS[holder]()))
        except TypeError as error:
            shown[way] = "".join(
                traceback.TracebackException.from_exception(error, capture_locals=True).format()
            )
    expect.security(shown).leaks_nothing(secrets=[HUSH])


async def test_a_secret_is_told_to_who_asks_for_it_by_name() -> None:
    """It can be revealed, and compared with another secret, but not with a text."""
    account = HOLDERS["sandbox account"]()
    expect.value((account.secret.reveal(), account == HOLDERS["sandbox account"]())).equals((OF_TEST, True))
    expect.value(Secret(HUSH).reveal()).equals(HUSH)
    expect.value([Secret(HUSH) == Secret(HUSH), Secret(HUSH) == Secret("x"), Secret(HUSH) == HUSH]).equals(
        [True, False, False]
    )


@pytest.mark.requirement("P1-R22")
@pytest.mark.test_id("P1-T32")
@pytest.mark.negative
async def test_the_books_of_a_call_hold_no_secret(ledger: Ledger, tenant: UUID, database: str) -> None:
    """Neither a call that went well nor one whose tool raised leaves its key in the books or in its error."""
    safe = Safe(kept=Kept(versions={(tenant, "stripe"): 1}), clock=VirtualClock())
    principal, raised = Principal(name=AGENT, tenant=tenant), list[str]()

    def made_with(_key: str) -> Tool:
        async def execute(arguments: Json, external_key: str) -> Json | Refused:
            if arguments["refund_id"] == "bad":
                raise NotDoneError("turned away")
            return {"id": external_key}

        return tool(execute)

    made = rotating_tool(made_with(""), made_with, safe.credentials, principal, tenant, "stripe")
    kernel = kernel_for(ledger, safe.clock, tenant, made)
    run = await kernel.begin(tenant=tenant, principal=principal, workflow="refund")
    await kernel.call(run, ask(made, {"refund_id": "good"}))
    try:
        await kernel.call(run, ask(made, {"refund_id": "bad"}, path="2"))
    except NotDoneError as error:
        raised.append("".join(traceback.format_exception(error)))
    expect.value(len(raised)).equals(1)
    kept = kept_run(database, tenant, run.run_id)
    books = {f"row {number}": json.dumps(row) for number, row in enumerate(kept.rows)}
    secret = value_of(tenant, "stripe", 1)
    expect.security(books | {"error": raised[0]}).leaks_nothing(secrets=[secret])
