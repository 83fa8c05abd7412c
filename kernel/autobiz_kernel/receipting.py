"""Make the receipt of an effect, of the call that asked for it and the answer that came."""

from datetime import datetime
from typing import Any

from .call import Call
from .effect import Ending, member_at
from .judging import Judged
from .ledger import ClaimAnswer
from .receipt import FinancialReceipt, Receipt


def receipt_of(
    call: Call,
    judged: Judged,
    ending: Ending,
    *,
    arguments: dict[str, Any],
    key: bytes,
    claim: ClaimAnswer,
    outside: str,
    now: datetime,
) -> Receipt:
    """Return the proof, with the arguments as they may be kept; moved money is told as such."""
    contract, asked = judged.contract, call.asked
    reference = member_at(ending.result, contract.provider_ref) if contract.provider_ref else None
    shared: dict[str, Any] = {
        "tenant": call.run.tenant,
        "run_id": call.run.run_id,
        "path": asked.path,
        "tool": contract.name,
        "operation": contract.operation,
        "version": contract.version,
        "effect_class": contract.effect_class,
        "key": key,
        "external_key": outside,
        "generation": claim.generation,
        "arguments": arguments,
        "result": ending.result or {},
        "provider_ref": None if reference is None else str(reference).replace("\0", ""),
        "approval_id": None if asked.approval is None else asked.approval.approval_id,
        "claimed_at": claim.first_seen_at,
        "settled_at": now,
    }
    if not contract.amount:
        return Receipt(**shared)
    amount, currency = call.arguments.get(contract.amount), call.arguments.get(contract.currency)
    return FinancialReceipt(amount_minor=int(str(amount)), currency=str(currency).upper(), **shared)
