"""Become the worker of a run: of a new one, or in the place of whoever held it."""

from uuid import UUID

from .clock import Clock
from .errors import RunError
from .ledger import Ledger, RunRecord
from .loop_detection import Command
from .principal import Principal
from .ruling import Policy
from .run import Run


async def begun(
    ledger: Ledger, policy: Policy, record: RunRecord, principal: Principal, *, prefix: str, clock: Clock
) -> Run:
    """Return a run that nobody has held before."""
    await ledger.begin(record)
    prefix = prefix or record.tenant.hex
    return Run(record, principal=principal, prefix=prefix, bounds=policy.bounds, clock=clock)


async def taken_over(
    ledger: Ledger,
    policy: Policy,
    tenant: UUID,
    run_id: UUID,
    principal: Principal,
    *,
    prefix: str,
    clock: Clock,
) -> Run:
    """Return the run in new hands, with what it has used and asked for so far; only for its own principal."""
    # Looked at before it is taken: a stranger who may not have it must not stop the worker who does.
    record = await ledger.load_run(tenant, run_id)
    if record is None:
        raise RunError(f"run {run_id}: not there for this tenant; look its id up with `autobiz runs`")
    if record.config_hash != policy.config_hash:
        raise RunError(f"run {run_id}: began under another configuration; resume it under that one")
    if record.principal != principal.name:
        raise RunError(f"run {run_id}: began for {record.principal!r}, not for {principal.name!r}")
    record = await ledger.take_run(tenant, run_id, now=clock.now()) or record
    traces = await ledger.traces_of(tenant, run_id)
    commands = (
        Command(tool=row.tool.partition("@")[0], digest=row.command)
        for row in traces
        # A call that had to wait for a person was asked for as well.
        if row.command and row.guard in ("", "approval")
    )
    return Run(
        record,
        principal=principal,
        prefix=prefix or tenant.hex,
        bounds=policy.bounds,
        commands=commands,
        clock=clock,
    )
