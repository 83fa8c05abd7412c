"""Write down that a call that only looks has begun, where looking costs something.

An effect is claimed before it happens, so a worker that dies in it leaves a trace of that. What only looks is
not; but a model that is asked costs money, and a worker that dies in such calls must reach its bounds too.
"""

import hashlib
from datetime import datetime, timedelta

from .call import Call
from .carrying import claim
from .claims import lease_for
from .judging import Judged
from .ledger import ClaimAnswer, ClaimAsk, Ledger
from .run import Run


def key_of_look(run: Run, step: int) -> bytes:
    """Return the key of one look, which nobody else ever asks for."""
    where = run.run_id.bytes + run.record.epoch.to_bytes(8, "big") + step.to_bytes(8, "big")
    return hashlib.sha256(b"autobiz.look/1\0" + run.tenant.bytes + where).digest()


async def announce(
    ledger: Ledger, call: Call, judged: Judged, *, now: datetime, lease: timedelta, seconds: float
) -> ClaimAnswer | None:
    """Claim a look that costs something; None for one that is free."""
    contract, run = judged.contract, call.run
    if not contract.cost_micros and not contract.priced_as:
        return None
    ask = ClaimAsk(
        tenant=run.tenant,
        key=key_of_look(run, call.step),
        fingerprint=judged.fingerprint,
        tool=contract.reference,
        run_id=run.run_id,
        run_epoch=run.record.epoch,
        now=now,
        lease=lease_for(lease, seconds=seconds),
        cost_micros=contract.cost_micros,
    )
    return await claim(ledger, run, ask)
