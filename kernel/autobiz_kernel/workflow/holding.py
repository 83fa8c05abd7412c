"""Hold a run: become its only worker, and stay that for as long as what comes next may take."""

from datetime import datetime, timedelta

from autobiz_kernel.business import Compiled
from autobiz_kernel.errors import StoreError
from autobiz_kernel.ledger import RunRecord
from autobiz_kernel.pipeline import Kernel
from autobiz_kernel.principal import Principal
from autobiz_kernel.resuming import begun
from autobiz_kernel.run import Run

from .committing import LostError
from .queue import Lease, Queue
from .words import CallWanted, Wanted


async def take(kernel: Kernel, lease: Lease, *, prefix: str) -> Run:
    """Become the run's only worker; who holds it first begins it in the books."""
    start = lease.start
    principal = Principal(name=start.principal, tenant=start.tenant)
    record = RunRecord(
        tenant=start.tenant,
        run_id=start.run_id,
        workflow=start.workflow,
        correlation_id=start.correlation_id,
        config_hash=start.config_hash,
        principal=start.principal,
        began_at=start.at,
    )
    if lease.epoch > 1 and await kernel.ledger.load_run(start.tenant, start.run_id) is not None:
        return await kernel.resume(
            tenant=start.tenant, run_id=start.run_id, principal=principal, prefix=prefix
        )
    try:
        return await begun(kernel.ledger, kernel.policy, record, principal, prefix=prefix, clock=kernel.clock)
    except StoreError as error:
        # Whoever followed us when our lease had passed has begun it.
        raise LostError(f"run {start.run_id}: another worker has taken it over") from error


async def hold(
    queue: Queue,
    compiled: Compiled,
    lease: Lease,
    asked: tuple[Wanted, ...],
    *,
    now: datetime,
    usual: timedelta,
) -> Lease:
    """Hold the run for longer than the calls to come may take, so that nobody follows in the middle."""
    longest = max(
        (
            compiled.contracts[each.tool, each.operation, each.version].timeout_ms
            for each in asked
            if isinstance(each, CallWanted)
        ),
        default=0,
    )
    needed = now + timedelta(milliseconds=longest) + usual / 2
    if needed <= lease.until:
        return lease
    held = await queue.renew(lease, until=needed + usual / 2)
    if held is None:
        raise LostError(f"run {lease.run_id}: another worker has taken it over")
    return held
