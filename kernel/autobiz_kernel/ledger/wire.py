"""How what the pipeline asks is written for the functions of the database, and how their answers are read."""

from datetime import UTC, datetime
from typing import Any

from autobiz_kernel.claims import ClaimOutcome
from autobiz_kernel.receipt import FinancialReceipt

from .port import ClaimAnswer, ClaimAsk, RunRecord, SettleAnswer, Settlement, SettleOutcome, fenced

# By name: to call an enum for its member takes longer than all the rest of reading an answer.
_CLAIMED = {outcome.value: outcome for outcome in ClaimOutcome}
_SETTLED = {outcome.value: outcome for outcome in SettleOutcome}


def begin_item(run: RunRecord) -> dict[str, Any]:
    """Write the beginning of a run."""
    return {
        "kind": "begin",
        "tenant": run.tenant,
        "run": run.run_id,
        "workflow": run.workflow,
        "correlation": run.correlation_id,
        "config": run.config_hash.hex(),
        "principal": run.principal,
        "began_at": run.began_at,
        "state": run.state.decode(),
    }


def claim_item(ask: ClaimAsk) -> dict[str, Any]:
    """Write a request for a claim."""
    return {
        "tenant": ask.tenant,
        "key": ask.key.hex(),
        "fingerprint": ask.fingerprint.hex(),
        "tool": ask.tool,
        "run": ask.run_id,
        "run_epoch": ask.run_epoch,
        "now": ask.now,
        "lease": f"{ask.lease.total_seconds()} s",
        "ttl": f"{ask.window.total_seconds()} s",
        "heir": ask.heir.value,
        "epoch": ask.epoch,
        "cost_micros": ask.cost_micros,
    }


def claim_answer(told: dict[str, Any], *, now: datetime) -> ClaimAnswer:
    """Read the answer to a request for a claim."""
    if told["told"] == ClaimOutcome.FENCED.value:
        return fenced(now)
    receipt, refusal = told["receipt"], told["refusal"]
    return ClaimAnswer(
        outcome=_CLAIMED[told["told"]],
        epoch=told["epoch"],
        generation=told["generation"],
        first_seen_at=_moment(told["first_seen_at"]),
        expires_at=_moment(told["expires_at"]),
        lease_until=_moment(told["lease_until"]),
        receipt=None if receipt is None else receipt.encode(),
        refusal=None if refusal is None else refusal.encode(),
    )


def settle_item(settlement: Settlement) -> dict[str, Any]:
    """Write a settlement."""
    trace, spent, change = settlement.trace, settlement.spent, settlement.state
    item: dict[str, Any] = {
        "kind": settlement.kind.value,
        "tenant": settlement.tenant,
        "run": settlement.run_id,
        "run_epoch": settlement.run_epoch,
        "now": settlement.now,
        "path": trace.path,
        "tool": trace.tool,
        "command": trace.command.hex(),
        "guard": trace.guard,
        "outcome": trace.outcome,
        "attrs": trace.attrs.decode(),
        "took_us": trace.took_us,
        "step": trace.step,
        "steps": spent.steps,
        "tool_calls": spent.tool_calls,
        "tokens": spent.tokens,
        "cost_micros": spent.cost_micros,
    }
    if settlement.key:
        item |= {"key": settlement.key.hex(), "epoch": settlement.epoch}
    if trace.result is not None:
        item["result"] = trace.result.decode()
    if settlement.refusal is not None:
        item["refusal"] = settlement.refusal.decode()
    if settlement.ending is not None:
        item["ending"] = settlement.ending.value
    if change is not None:
        item |= {
            "state_expected": change.expected,
            "state": change.state.decode(),
            "patch": change.patch.decode(),
            "state_hash": change.state_hash.hex(),
        }
    return item | _receipt_item(settlement)


def settle_answer(told: dict[str, Any]) -> SettleAnswer:
    """Read the answer to a settlement."""
    outcome = _SETTLED[told["told"]]
    if outcome is SettleOutcome.FENCED:
        return SettleAnswer(outcome=outcome)
    return SettleAnswer(
        outcome=outcome,
        receipt_seq=told["seq"],
        head_hash=bytes.fromhex(told["hash"]),
        state_version=told["state_version"],
    )


def _receipt_item(settlement: Settlement) -> dict[str, Any]:
    receipt = settlement.receipt
    if receipt is None:
        return {}
    item: dict[str, Any] = {
        "effect_class": receipt.effect_class.value,
        "external_key": receipt.external_key,
        "provider_ref": receipt.provider_ref,
        "body": receipt.body().decode(),
    }
    if isinstance(receipt, FinancialReceipt):
        item |= {"amount_minor": receipt.amount_minor, "currency": receipt.currency}
    return item


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
