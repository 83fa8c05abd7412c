"""Ninth guard: money moves only under a rule, and above the rule's amount only with a person's yes."""

from collections.abc import Iterable

from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import EffectClass, ToolContract
from autobiz_kernel.ruling import ALLOW, ApprovalRule, Asked, Ruling, RulingKind, RunView, deny


def approval(
    run: RunView, asked: Asked, contract: ToolContract, fingerprint: bytes, rules: Iterable[ApprovalRule]
) -> Ruling:
    """Ask where a rule says so; what cannot be compared asks too; a yes holds for these arguments alone."""
    rule = next(
        (each for each in rules if (each.tool, each.operation) == (contract.name, contract.operation)), None
    )
    if rule is None:
        if contract.effect_class is not EffectClass.FINANCIAL:
            return ALLOW
        return deny(ErrorCode.APPROVAL_RULE_MISSING, "a FINANCIAL operation needs a rule for approval")
    why = _why(run, asked, contract, rule)
    if not why or (asked.approval is not None and asked.approval.fingerprint == fingerprint):
        return ALLOW
    return Ruling(kind=RulingKind.ASK, code=ErrorCode.APPROVAL_REQUIRED, reason=why)


def _why(run: RunView, asked: Asked, contract: ToolContract, rule: ApprovalRule) -> str:
    """Say why a person must agree, or nothing."""
    if rule.asks is not None and rule.asks(
        asked.arguments, tenant=run.tenant_prefix, principal=run.principal.name
    ):
        return "the rule's condition holds"
    if rule.asks is not None and not rule.above_minor:
        return ""
    amount = asked.arguments.get(contract.amount)
    limit = rule.above_minor.get(str(asked.arguments.get(contract.currency)).upper(), 0)
    return "" if type(amount) is int and 0 <= amount <= limit else f"more than {limit} minor units"
