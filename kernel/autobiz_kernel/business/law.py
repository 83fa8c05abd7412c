"""Check what a business may do: its tools, bounds, scopes, rules for approval and the people behind them."""

from collections.abc import Iterator
from typing import Final

from autobiz_kernel.contract import EffectClass, ToolContract
from autobiz_kernel.expressions import ExpressionError, Scope, leaves_of

from .complaint import CompileCode
from .desk import Desk, parts_of
from .file import ApprovalEntry, BoundsEntry, WorkflowEntry
from .reading import Way

CAPS: Final = ("steps_max", "wall_ms_max", "tokens_max", "tool_calls_max", "cost_micros_max")
# What a condition may speak of besides the call's own arguments.
KNOWN_OF_A_CALL: Final = {
    "tenant": "STRING",
    "principal": "STRING",
    "workflow": "STRING",
    "risk": "STRING",
    "amount_minor": "INT",
    "currency": "STRING",
}


def check_law(desk: Desk) -> None:
    """Check everything that is said once for all workflows, and what each workflow needs of it."""
    _check_tools(desk)
    _check_approvals(desk)
    _check_scopes_name_tools(desk)
    _check_nobody_stands_twice(desk)
    for name, workflow in desk.file.workflows.items():
        _check_bounds(desk, name, workflow)
        _check_scopes(desk, name, workflow)
    for name, model in desk.file.models.items():
        if model.fallback is not None and model.fallback not in desk.file.models:
            desk.complain(CompileCode.NAME, ("models", name, "fallback"), f"no model {model.fallback!r}")


def bounds_of(desk_bounds: BoundsEntry | None, own: BoundsEntry | None) -> dict[str, int | None]:
    """Return a workflow's caps: its own, and where it is silent those of the business."""
    return {cap: getattr(own, cap, None) or getattr(desk_bounds, cap, None) for cap in CAPS}


def calls_of(workflow: WorkflowEntry) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every use of a tool in a workflow: its place there, and the tool."""
    for name, step in workflow.steps.items():
        if step.call is not None:
            yield (name, "call"), step.call
        if step.undo is not None and step.undo.call is not None:
            yield (name, "undo", "call"), step.undo.call


def rule_scope(contract: ToolContract) -> Scope:
    """What a condition of a rule may speak of."""
    return Scope(KNOWN_OF_A_CALL | dict(leaves_of(contract.input_schema, "args")))


def _check_tools(desk: Desk) -> None:
    seen: set[str] = set()
    for index, use in enumerate(desk.file.tools):
        way = ("tools", index, "tool")
        contract = desk.contracts.get(parts_of(use.tool))
        if use.tool in seen:
            desk.complain(CompileCode.TOOL, way, f"{use.tool} is listed twice")
        seen.add(use.tool)
        if contract is None:
            desk.complain(CompileCode.TOOL, way, f"{use.tool} is not in the registry{_near(desk, use.tool)}")
        elif use.sha256 is not None and use.sha256 != contract.sha256():
            desk.complain(
                CompileCode.TOOL,
                ("tools", index, "sha256"),
                f"the registry's contract of {use.tool} is {contract.sha256()}; review it and pin that",
            )
    for name, workflow in desk.file.workflows.items():
        for place, reference in calls_of(workflow):
            if reference not in seen:
                used = ("workflows", name, "steps", *place)
                desk.complain(CompileCode.TOOL, used, f"{reference} is not among the tools of this business")


def _near(desk: Desk, reference: str) -> str:
    tool, operation, _ = parts_of(reference)
    versions = sorted(each[2] for each in desk.contracts if each[:2] == (tool, operation))
    return f"; it has version {', '.join(versions)}" if versions else ""


def _check_bounds(desk: Desk, name: str, workflow: WorkflowEntry) -> None:
    caps = bounds_of(desk.file.bounds, workflow.bounds)
    absent = [cap for cap, value in caps.items() if value is None]
    if absent:
        desk.complain(
            CompileCode.BOUNDS, ("workflows", name), f"lacks {', '.join(absent)}; nothing runs without a cap"
        )


def _check_scopes(desk: Desk, name: str, workflow: WorkflowEntry) -> None:
    for place, reference in calls_of(workflow):
        lack = _lack_of(desk, workflow.principal, reference)
        if lack:
            desk.complain(CompileCode.SCOPE, ("workflows", name, "steps", *place), lack)
    # What a workflow runs within itself is done by its own principal, and not by the one named there.
    for step, entry in workflow.steps.items():
        lacks = {
            lack: None
            for inner in _run_within(desk, entry.run)
            for _, reference in calls_of(inner)
            if (lack := _lack_of(desk, workflow.principal, reference))
        }
        for lack in lacks:
            desk.complain(CompileCode.SCOPE, ("workflows", name, "steps", step, "run"), lack)


def _lack_of(desk: Desk, principal: str, reference: str) -> str:
    """Say why a principal may not call a tool; nothing if it may."""
    tool, operation, _ = parts_of(reference)
    spoken = [
        scope
        for scope in desk.file.scopes
        if scope.principal == principal and scope.tool in ("*", tool) and scope.operation in ("*", operation)
    ]
    if spoken and all(scope.allow for scope in spoken):
        return ""
    words = "a scope forbids" if spoken else "no scope allows"
    return f"{words} {principal} to {operation} with {tool}"


def _run_within(desk: Desk, first: str | None) -> Iterator[WorkflowEntry]:
    """A workflow that a step runs, and all that run within it, each once."""
    seen: set[str] = set()
    waiting = [first]
    while waiting:
        name = waiting.pop()
        entry = desk.file.workflows.get(name or "")
        if name is None or entry is None or name in seen:
            continue
        seen.add(name)
        yield entry
        waiting += [step.run for step in entry.steps.values()]


def _check_scopes_name_tools(desk: Desk) -> None:
    """A scope of a tool that is not there is a slip of the pen, and a denial so written denies nothing."""
    known = [parts_of(use.tool)[:2] for use in desk.file.tools]
    for index, scope in enumerate(desk.file.scopes):
        if not any(scope.tool in ("*", tool) and scope.operation in ("*", name) for tool, name in known):
            spoken = f"{scope.tool}.{scope.operation}"
            desk.complain(CompileCode.NAME, ("scopes", index), f"{spoken} is no tool of this business")


def _check_nobody_stands_twice(desk: Desk) -> None:
    """Tenants of one prefix could not be kept apart, and a person of two names would be four eyes alone."""
    seen: set[tuple[str, str]] = set()
    for way, what, value in _marks_of_one(desk):
        if (what, value) in seen:
            desk.complain(CompileCode.SHAPE, way, f"{what} {value!r} stands there already; each has its own")
        seen.add((what, value))


def _marks_of_one(desk: Desk) -> Iterator[tuple[Way, str, str]]:
    """Everything by which one tenant or one person is told from the others."""
    for index, tenant in enumerate(desk.file.tenants):
        yield ("tenants", index, "id"), "tenant", str(tenant.id)
        yield ("tenants", index, "prefix"), "prefix", tenant.prefix
    for name, person in desk.file.people.items():
        if person.key:
            yield ("people", name, "key"), "key", person.key
        if person.slack:
            yield ("people", name, "slack"), "Slack id", person.slack


def _check_approvals(desk: Desk) -> None:
    rules: dict[str, tuple[int, ApprovalEntry]] = {}
    for index, rule in enumerate(desk.file.approvals):
        if rule.tool in rules:
            desk.complain(
                CompileCode.SHAPE, ("approvals", index), f"{rule.tool} has a rule already; join them"
            )
        rules.setdefault(rule.tool, (index, rule))
        _check_rule(desk, index, rule)
    for at, use in enumerate(desk.file.tools):
        contract = desk.contracts.get(parts_of(use.tool))
        if contract is None or contract.effect_class is not EffectClass.FINANCIAL:
            continue
        found = rules.get(f"{contract.name}.{contract.operation}")
        if found is None:
            desk.complain(
                CompileCode.FINANCIAL, ("tools", at), f"{use.tool} is FINANCIAL and has no rule for approval"
            )
            continue
        index, rule = found
        if rule.mode == "auto":
            desk.complain(
                CompileCode.FINANCIAL,
                ("approvals", index, "mode"),
                f"{use.tool} is FINANCIAL: a person decides",
            )
        if rule.on_timeout == "approve":
            desk.complain(
                CompileCode.FINANCIAL,
                ("approvals", index, "on_timeout"),
                f"{use.tool} is FINANCIAL: who says nothing has not agreed; write fail",
            )


def _check_rule(desk: Desk, index: int, rule: ApprovalEntry) -> None:
    contracts = [
        contract
        for use in desk.file.tools
        if (contract := desk.contracts.get(parts_of(use.tool))) is not None
        and f"{contract.name}.{contract.operation}" == rule.tool
    ]
    if not any(use.tool.partition("@")[0] == rule.tool for use in desk.file.tools):
        desk.complain(
            CompileCode.NAME, ("approvals", index, "tool"), f"{rule.tool} is no tool of this business"
        )
    for contract in contracts:
        if rule.when is not None:
            _check_condition(desk, index, rule.when, contract)
        if rule.above_minor and not contract.amount:
            desk.complain(
                CompileCode.EXPRESSION, ("approvals", index, "above_minor"), f"{rule.tool} names no amount"
            )
    if rule.mode == "human":
        _check_people(desk, index, rule)


def _check_condition(desk: Desk, index: int, when: str, contract: ToolContract) -> None:
    way = ("approvals", index, "when")
    try:
        made = rule_scope(contract).compile(when)
    except ExpressionError as error:
        desk.complain(CompileCode.EXPRESSION, way, str(error))
        return
    if made.type not in ("BOOL", "DYN"):
        desk.complain(CompileCode.EXPRESSION, way, f"gives {made.type} and is no condition")


def _check_people(desk: Desk, index: int, rule: ApprovalEntry) -> None:
    asked: list[tuple[str, tuple[str, ...]]] = [("approvers", rule.approvers)]
    if rule.escalate is not None:
        asked.append(("escalate", rule.escalate.to))
        if rule.escalate.after_ms >= rule.expires_ms:
            desk.complain(
                CompileCode.PEOPLE, ("approvals", index, "escalate"), "comes after the request has expired"
            )
    for what, groups in asked:
        people = [name for name, each in desk.file.people.items() if set(each.groups) & set(groups)]
        reachable = [name for name in people if desk.file.people[name].key or desk.file.people[name].slack]
        if len(reachable) < rule.approvers_min:
            desk.complain(
                CompileCode.PEOPLE,
                ("approvals", index, what),
                f"{rule.approvers_min} must agree, {len(reachable)} of {', '.join(groups) or 'nobody'} can",
            )
