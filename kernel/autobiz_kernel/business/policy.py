"""Make of a compiled business the law that its runs are under, and the questions that it asks people."""

from datetime import datetime, timedelta

from autobiz_kernel.approvals import Person, Question
from autobiz_kernel.contract import Json, ToolContract
from autobiz_kernel.costs import PriceTable
from autobiz_kernel.errors import KernelError
from autobiz_kernel.expressions import Expression, Failure
from autobiz_kernel.principal import PermissionScope
from autobiz_kernel.ruling import ApprovalRule, AsksPerson, Policy

from .compiling import Compiled
from .desk import parts_of
from .file import ApprovalEntry
from .law import rule_scope


def policy_of(compiled: Compiled, workflow: str, *, prices: PriceTable | None = None) -> Policy:
    """Return the law of one workflow's runs."""
    return Policy(
        contracts=compiled.contracts,
        scopes=tuple(
            PermissionScope(
                principal=scope.principal,
                tenant=tenant.id,
                tool=scope.tool,
                operation=scope.operation,
                allow=scope.allow,
            )
            for scope in compiled.file.scopes
            for tenant in compiled.file.tenants
        ),
        bounds=compiled.bounds_of(workflow),
        approvals=tuple(
            _rule(compiled, rule, workflow) for rule in compiled.file.approvals if rule.mode == "human"
        ),
        prices=prices,
        config_hash=compiled.sha256,
    )


def question_of(compiled: Compiled, contract: ToolContract, *, now: datetime) -> Question:
    """Return what the rule for a tool asks people, from now on."""
    name = f"{contract.name}.{contract.operation}"
    rule = next((each for each in compiled.file.approvals if each.tool == name), None)
    if rule is None:
        raise KernelError(f"{name}: a person must agree and no rule says who; compile the configuration anew")
    escalate = rule.escalate
    return Question(
        approvers=rule.approvers,
        approvers_min=rule.approvers_min,
        priority=rule.priority,
        expires_at=now + timedelta(milliseconds=rule.expires_ms),
        approves_on_timeout=rule.on_timeout == "approve",
        escalates_at=None if escalate is None else now + timedelta(milliseconds=escalate.after_ms),
        escalates_to=() if escalate is None else escalate.to,
    )


def people_of(compiled: Compiled) -> dict[str, Person]:
    """Return everybody who may decide."""
    return {
        name: Person(groups=each.groups, key=each.key, slack=each.slack)
        for name, each in compiled.file.people.items()
    }


def _rule(compiled: Compiled, rule: ApprovalEntry, workflow: str) -> ApprovalRule:
    tool, _, operation = rule.tool.partition(".")
    use = next(use for use in compiled.file.tools if use.tool.partition("@")[0] == rule.tool)
    contract = compiled.contracts[parts_of(use.tool)]
    asks: AsksPerson | None = None
    if rule.when is not None:
        asks = _condition(rule_scope(contract).compile(rule.when), contract, use.risk, workflow)
    elif not rule.above_minor:
        asks = _always
    return ApprovalRule(tool=tool, operation=operation, above_minor=rule.above_minor, asks=asks)


def _always(arguments: Json, *, tenant: str, principal: str) -> bool:
    _ = arguments, tenant, principal
    return True


def _condition(made: Expression, contract: ToolContract, risk: str, workflow: str) -> AsksPerson:
    def asks(arguments: Json, *, tenant: str, principal: str) -> bool:
        told = made.holds(
            {
                "args": arguments,
                "tenant": tenant,
                "principal": principal,
                "workflow": workflow,
                "risk": risk,
                "amount_minor": arguments.get(contract.amount),
                "currency": str(arguments.get(contract.currency, "")).upper(),
            }
        )
        # What cannot be judged is for a person to judge.
        return True if isinstance(told, Failure) else told

    return asks
