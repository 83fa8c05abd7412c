"""Settle and claim in one commit where everything goes well; one after the other where something does not."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import orjson

from .batcher import Item, Send, Told
from .channel import Channel
from .port import ClaimAsk, Ledger, Ridden, SettleAnswer, Settlement, SettleOutcome, fenced
from .wire import claim_answer, claim_item, settle_answer, settle_item

# The class of errors by which the database says that nothing was written, and that trying it apart will help.
NOT_TAKEN, IN_A_RING = "AB001", "40P01"


async def ridden_apart(ledger: Ledger, settlements: Iterable[Settlement], ask: ClaimAsk | None) -> Ridden:
    """Settle one by one, up to the first that is not taken; then claim, in a commit of its own."""
    told: list[SettleAnswer] = []
    for settlement in settlements:
        told.append(await ledger.settle(settlement))
        if told[-1].outcome is not SettleOutcome.SETTLED:
            return Ridden(settled=tuple(told), claim=None if ask is None else fenced(ask.now))
    return Ridden(settled=tuple(told), claim=None if ask is None else await ledger.claim(ask))


def ride_item(settlements: Sequence[Settlement], ask: ClaimAsk | None) -> Item:
    """Write what one run has carried along, and its claim."""
    return {
        "settles": [settle_item(each) for each in settlements],
        "claim": None if ask is None else claim_item(ask),
    }


def ride_answer(told: Item, *, now: datetime | None) -> Ridden:
    """Read the answer to that."""
    return Ridden(
        settled=tuple(settle_answer(each) for each in told["settles"]),
        claim=None if now is None else claim_answer(told["claim"], now=now),
    )


def ride_sender(channel: Channel, statement: bytes) -> Send:
    """Return what a batcher sends rides with: the settlements of all, in one order, then the claims."""

    def send(items: Sequence[Item], hear: Callable[[Told], None]) -> None:
        by_run = sorted(items, key=lambda item: _run(item["settles"][0]))
        claiming = sorted((item for item in items if item["claim"]), key=lambda item: _key(item["claim"]))
        asked = {
            "settles": [each for item in by_run for each in item["settles"]],
            "claims": [item["claim"] for item in claiming],
        }

        def done(told: bytes | Exception) -> None:
            hear(told if isinstance(told, Exception) else _read(told, items, by_run, claiming))

        channel.start(statement, orjson.dumps(asked), done)

    return send


def _read(told: bytes, items: Sequence[Item], by_run: Sequence[Item], claiming: Sequence[Item]) -> Told:
    try:
        answers = orjson.loads(told)
        settled, claimed = iter(answers["settles"]), iter(answers["claims"])
        of_settles = {id(item): [next(settled) for _ in item["settles"]] for item in by_run}
        of_claims = {id(item): next(claimed) for item in claiming}
    except (ValueError, KeyError, StopIteration) as error:
        return ValueError(f"a ride is answered with something else: {error!r}")
    return [{"settles": of_settles[id(item)], "claim": of_claims.get(id(item))} for item in items]


def _run(item: Item) -> tuple[bytes, bytes]:
    return item["tenant"].bytes, item["run"].bytes


def _key(item: Item) -> tuple[bytes, str]:
    return item["tenant"].bytes, item["key"]
