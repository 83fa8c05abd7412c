"""Ask the guards in their order; the first that does not allow decides. What is known comes in as values."""

import msgspec

from .budget import Spent
from .contract import ToolContract
from .guards import approval, charge, fence, loop, permission, resolve, schema, tenancy
from .keys import fingerprint_of
from .loop_detection import Command, command
from .ruling import ALLOW, Asked, Policy, Ruling, RulingKind, RunView


class Denied(msgspec.Struct, frozen=True, kw_only=True):
    """The guard that said no, and what it said."""

    guard: str
    ruling: Ruling
    contract: ToolContract | None = None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A call that may go on. `hold` waits for a person: a replay does not need one."""

    contract: ToolContract
    written: bytes
    fingerprint: bytes
    command: Command
    hold: Ruling


def judge(run: RunView, asked: Asked, policy: Policy) -> tuple[Spent, Judged | Denied]:
    """Return what the run has used from now on, and whether the call may go on."""
    ruling = fence(run)
    if ruling is not ALLOW:
        return run.spent, Denied(guard="fence", ruling=ruling)
    spent, ruling = charge(run, policy.bounds)
    if ruling is not ALLOW:
        return spent, Denied(guard="bounds", ruling=ruling)
    contract = resolve(asked, policy)
    if isinstance(contract, Ruling):
        return spent, Denied(guard="resolve", ruling=contract)
    return spent, _judge_contract(run, asked, policy, contract)


def _judge_contract(run: RunView, asked: Asked, policy: Policy, contract: ToolContract) -> Judged | Denied:
    ruling = permission(run, contract, policy.scopes)
    if ruling is not ALLOW:
        return Denied(guard="permission", ruling=ruling, contract=contract)
    written = schema(asked, contract)
    if isinstance(written, Ruling):
        return Denied(guard="schema", ruling=written, contract=contract)
    ruling = tenancy(run, asked, contract)
    if ruling is not ALLOW:
        return Denied(guard="tenancy", ruling=ruling, contract=contract)
    loops = policy.bounds.loops
    compared = command(f"{asked.tool}.{asked.operation}", asked.arguments, loops, written=written)
    ruling = loop(run, compared, loops)
    if ruling is not ALLOW:
        return Denied(guard="loop", ruling=ruling, contract=contract)
    fingerprint = fingerprint_of(written)
    hold = approval(run, asked, contract, fingerprint, policy.approvals)
    if hold.kind is RulingKind.DENY:
        return Denied(guard="approval", ruling=hold, contract=contract)
    return Judged(contract=contract, written=written, fingerprint=fingerprint, command=compared, hold=hold)
