"""Make one governed call: the only place where a tool runs."""

import json
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from .canonical import canonical
from .claims import LEASE, Claim, ClaimOutcome, may_take_over, standing
from .clock import Clock
from .effect_store import EffectStore
from .errors import StoreError
from .keys import external_key, fingerprint, internal_key
from .receipt import Receipt
from .tool import Json, Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a caller learns: the outcome and, once the effect has happened, its result.

    CLAIMED means that this very call caused the effect, REPLAY that another one did. `retry_at` says when
    asking again can bring news.
    """

    outcome: ClaimOutcome
    external_key: str
    result: Json | None = None
    retry_at: datetime | None = None


async def governed_call(
    *,
    store: EffectStore,
    clock: Clock,
    tool: Tool,
    tenant: UUID,
    arguments: Json,
    lease: timedelta = LEASE,
) -> Reply:
    """Cause a tool's effect once, however often and from wherever the same act is asked for.

    What a tool raises passes through: its claim stays, and the act is uncertain once the lease ends.
    """
    written = canonical(dict(arguments), name="arguments")
    # A private copy: whoever called may change theirs while we wait, and the receipt must say what was done.
    arguments = deepcopy(dict(arguments))
    asked_print = fingerprint(arguments)
    key = internal_key(
        tenant=tenant, tool=tool.name, operation=tool.operation, identity=tool.identity_of(arguments)
    )
    outside = external_key(key)

    answer = await store.claim(tenant=tenant, key=key, fingerprint=asked_print, now=clock.now(), lease=lease)
    held = answer.claim if answer.outcome is ClaimOutcome.CLAIMED else None
    if answer.outcome is ClaimOutcome.UNCERTAIN and may_take_over(
        answer.claim, effect_class=tool.effect_class, now=clock.now()
    ):
        held = await store.take_over(answer.claim, now=clock.now(), lease=lease)
        if held is None:
            return await _reply_of_another(store, clock, answer.claim)
    if held is None:
        return _reply(answer.outcome, answer.claim, answer.receipt, outside)

    try:
        result = canonical(await tool.execute(arguments, outside), name="result")
    except BaseException as error:
        error.add_note(
            f"while {tool.name} {tool.operation} held claim {outside}: its effect may have happened; "
            f"from {held.lease_until.isoformat()} on the claim is uncertain"
        )
        raise
    if await store.settle(
        held, external_key=outside, tool=tool, arguments=written, result=result, now=clock.now()
    ):
        return Reply(outcome=ClaimOutcome.CLAIMED, external_key=outside, result=json.loads(result))
    return await _reply_of_another(store, clock, held)


async def _reply_of_another(store: EffectStore, clock: Clock, lost: Claim) -> Reply:
    """Answer a caller whose claim has passed to another holder with what that holder has done so far."""
    found = await store.look_up(tenant=lost.tenant, key=lost.key)
    if found is None:
        raise StoreError(f"claim {lost.key.hex()}: vanished; claims must outlive their window")
    claim, receipt = found
    outcome = standing(claim, fingerprint=lost.fingerprint, now=clock.now())
    return _reply(outcome, claim, receipt, external_key(lost.key))


def _reply(outcome: ClaimOutcome, claim: Claim, receipt: Receipt | None, outside: str) -> Reply:
    return Reply(
        outcome=outcome,
        external_key=outside,
        result=receipt.result if receipt is not None and outcome is ClaimOutcome.REPLAY else None,
        retry_at=claim.lease_until if outcome is ClaimOutcome.IN_FLIGHT else None,
    )
