"""What a call must pass before its tool runs, and what it leaves behind when it does not."""

import json
from typing import Any

import pytest

from autobiz_kernel import (
    Approval,
    ApprovalRule,
    CallError,
    ClaimOutcome,
    EffectClass,
    ErrorCode,
    IncidentKind,
    Kernel,
    PermissionScope,
    Policy,
    Principal,
    fingerprint,
    timed_id,
)

from ...calling import AGENT
from ...tools import contract
from .governed import PREFIX, STRANGER, TENANT, Desk, raw, refund

pytestmark = [pytest.mark.asyncio, pytest.mark.priority("P0"), pytest.mark.negative]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.adversarial(1, 2, 3)
@pytest.mark.requirement("P1-R01", "INV-01")
@pytest.mark.test_id("P1-T02")
@pytest.mark.parametrize(
    "changes",
    [
        {"tool": "nobody"},
        {"version": "2"},
        {"tool": "Provider"},
        {"tool": "provider "},
        {"tool": "pr\u043evider"},
        {"operation": "void"},
        {"version": "1.0"},
    ],
    ids=["unknown", "version", "case", "space", "homoglyph", "operation", "longer_version"],
)
async def test_a_tool_that_is_not_configured_is_unknown(desk: Desk, changes: dict[str, str]) -> None:
    """Another name, version, case, spelling or alphabet is another tool, and there is none of it."""
    reply = await desk.kernel().call(await desk.run(), raw(**changes))
    assert reply.outcome is ErrorCode.UNKNOWN_TOOL
    assert desk.seen == []
    assert [(row.guard, row.outcome) for row in await desk.traces()] == [("resolve", "UNKNOWN_TOOL")]


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.adversarial(4, 5, 6, 7, 8, 10, 11, 12, 13)
@pytest.mark.requirement("P1-R01", "INV-01")
@pytest.mark.test_id("P1-T02")
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"refund_id": "r-1", "stranger": 1},
        {"refund_id": 1},
        {"refund_id": None},
        {"refund_id": ""},
        {"refund_id": "r-1", "amount": "12"},
        {"refund_id": "r-1", "amount": True},
        {"refund_id": "r-1", "amount": 1.5},
        {"refund_id": "r-1", "amount": 2**53},
        {"refund_id": "r-1", "amount": float("nan")},
        {"refund_id": "r-1", "amount": float("inf")},
        {"refund_id": "r-1", "note": deep(10_000)},
        {"refund_id": "r-1", "note": "x" * 10_000_000},
        {"refund_id": "r-1", "note": "\ud800"},
        {"refund_id": "r-1", "__proto__": {"amount": 1}},
        {"refund_id": "r-1", "$ref": "#/x"},
        {"refund_id": "r-1", "lines": [{"sku": "a", "stranger": 1}]},
    ],
)
async def test_arguments_that_break_the_schema_reach_no_tool(desk: Desk, arguments: Any) -> None:
    """Missing, unknown, mistyped, oversized or formless arguments are SCHEMA_INVALID before all else."""
    reply = await desk.call(arguments)
    assert (reply.outcome, reply.result, desk.seen) == (ErrorCode.SCHEMA_INVALID, None, [])
    (row,) = await desk.traces()
    assert (row.guard, row.outcome) == ("schema", "SCHEMA_INVALID")
    assert (await desk.call()).outcome is ClaimOutcome.CLAIMED


@pytest.mark.requirement("P1-R01", "P1-R25", "INV-04")
@pytest.mark.test_id("P1-T02", "P1-T35")
async def test_a_refusal_names_places_and_no_values(desk: Desk) -> None:
    """The sentence of a refusal, which is kept, holds the place and the broken rule and never the value."""
    reply = await desk.call({"refund_id": "r-1", "amount": "4242424242424242"})
    assert "amount" in reply.reason
    assert "4242" not in reply.reason + str(await desk.traces())


@pytest.mark.adversarial(19, 20, 21)
@pytest.mark.requirement("P1-R02", "INV-02")
@pytest.mark.test_id("P1-T04")
@pytest.mark.parametrize(
    "scopes",
    [
        [],
        [("somebody", TENANT, "provider", "refund", True)],
        [(AGENT, STRANGER, "provider", "refund", True)],
        [(AGENT, TENANT, "provider_admin", "*", True)],
        [(AGENT, TENANT, "provid", "*", True)],
        [(AGENT, TENANT, "provider", "void", True)],
        [(AGENT, TENANT, "*", "*", True), (AGENT, TENANT, "provider", "refund", False)],
        [(AGENT, TENANT, "provider", "refund", True), (AGENT, TENANT, "*", "*", False)],
    ],
    ids=["empty", "other_agent", "other_tenant", "longer", "shorter", "operation", "deny_last", "deny_all"],
)
async def test_what_no_scope_allows_is_denied(desk: Desk, scopes: list[tuple[Any, ...]]) -> None:
    """Nothing is allowed by default, a pattern covers whole words, and a denial beats every allowance."""
    law = tuple(
        PermissionScope(principal=who, tenant=tenant, tool=tool, operation=operation, allow=allow)
        for who, tenant, tool, operation, allow in scopes
    )
    kernel = desk.kernel(scopes=law)
    reply = await kernel.call(await desk.run(kernel), raw(arguments={"junk": 1}))
    assert (reply.outcome, desk.seen) == (ErrorCode.PERMISSION_DENIED, [])
    (row,) = await desk.traces()
    assert row.guard == "permission"
    said = json.loads(row.attrs)["reason"]
    assert all(word in said for word in (AGENT, "provider", "refund"))


@pytest.mark.adversarial(25)
@pytest.mark.requirement("P1-R02", "INV-02")
@pytest.mark.test_id("P1-T03", "P1-T04")
@pytest.mark.parametrize(
    ("chain", "outcome"),
    [
        ((AGENT,), ClaimOutcome.CLAIMED),
        ((AGENT, AGENT), ClaimOutcome.CLAIMED),
        ((AGENT, "intern"), ErrorCode.PERMISSION_DENIED),
        (("intern", AGENT), ErrorCode.PERMISSION_DENIED),
        ((AGENT,) * 9, ErrorCode.PERMISSION_DENIED),
    ],
    ids=["alone", "for_an_equal", "for_a_lesser", "as_a_lesser", "endless"],
)
async def test_delegation_widens_nothing(desk: Desk, chain: tuple[str, ...], outcome: Any) -> None:
    """Whoever acts for another may do what both may do, over a chain of bounded length."""
    principal: Principal | None = None
    for name in reversed(chain):
        principal = Principal(name=name, tenant=TENANT, on_behalf_of=principal)
    kernel = desk.kernel()
    reply = await kernel.call(await desk.run(kernel, principal), raw())
    assert reply.outcome is outcome


@pytest.mark.adversarial(22)
@pytest.mark.requirement("P1-R02", "P1-R23", "INV-02")
@pytest.mark.test_id("P1-T04")
async def test_a_principal_of_another_tenant_is_denied(desk: Desk) -> None:
    """The right name from the wrong tenant opens nothing."""
    kernel = desk.kernel()
    run = await desk.run(kernel, Principal(name=AGENT, tenant=STRANGER))
    assert (await kernel.call(run, raw())).outcome is ErrorCode.PERMISSION_DENIED


@pytest.mark.adversarial(23, 24)
@pytest.mark.requirement("P1-R23")
@pytest.mark.test_id("P1-T33")
@pytest.mark.parametrize(
    ("more", "passes"),
    [
        ({"order": f"{PREFIX}:o-1"}, True),
        ({"orders": [f"{PREFIX}:o-1", f"{PREFIX}:o-2"]}, True),
        ({}, True),
        ({"order": "tenant-b:o-1"}, False),
        ({"order": f"{PREFIX}b:o-1"}, False),
        ({"order": PREFIX[:-1] + ":o-1"}, False),
        ({"order": f"{PREFIX}:"}, False),
        ({"order": "o-1"}, False),
        ({"order": f" {PREFIX}:o-1"}, False),
        ({"order": f"{PREFIX.upper()}:o-1"}, False),
        ({"orders": [f"{PREFIX}:o-1", "tenant-b:o-2"]}, False),
    ],
    ids=str,
)
async def test_entities_carry_the_tenants_prefix(more: dict[str, Any], passes: bool) -> None:
    """A reference with another prefix, a longer or a shorter one is CROSS_TENANT, and people are told."""
    desk = Desk(made=contract(entities=("order", "orders")))
    reply = await desk.call(refund(**more))
    assert reply.outcome is (ClaimOutcome.CLAIMED if passes else ErrorCode.CROSS_TENANT)
    assert len(desk.seen) == passes
    assert [each.kind for each in desk.incidents] == ([] if passes else [IncidentKind.CROSS_TENANT])
    assert "tenant-b" not in str(await desk.traces()) + str(desk.incidents)


FINANCIAL = contract(effect_class=EffectClass.FINANCIAL)
MONEY: dict[str, Any] = {"refund_id": "r-1", "amount": 501, "currency": "eur"}


@pytest.mark.adversarial(76)
@pytest.mark.requirement("P1-R09", "INV-07")
@pytest.mark.test_id("P1-T17", "P1-T41")
@pytest.mark.parametrize(
    ("rules", "more", "outcome"),
    [
        ((), {}, ErrorCode.APPROVAL_RULE_MISSING),
        ((("refund", {"EUR": 501}),), {}, ClaimOutcome.CLAIMED),
        ((("refund", {"EUR": 500}),), {}, ErrorCode.APPROVAL_REQUIRED),
        ((("refund", {"USD": 501}),), {}, ErrorCode.APPROVAL_REQUIRED),
        ((("refund", {"EUR": 501}),), {"amount": -1}, ErrorCode.APPROVAL_REQUIRED),
        ((("void", {"EUR": 501}),), {}, ErrorCode.APPROVAL_RULE_MISSING),
    ],
    ids=["no_rule", "at_limit", "above", "other_currency", "negative", "other_operation"],
)
async def test_money_needs_a_rule_and_above_it_a_person(rules: Any, more: Any, outcome: Any) -> None:
    """Without a rule money does not move; up to the limit it does; above it a person must agree."""
    desk = Desk(made=FINANCIAL)
    law = tuple(
        ApprovalRule(tool="provider", operation=operation, above_minor=limits) for operation, limits in rules
    )
    kernel = desk.kernel(approvals=law)
    reply = await kernel.call(await desk.run(kernel), raw(arguments=MONEY | more))
    assert reply.outcome is outcome
    assert len(desk.seen) == (outcome is ClaimOutcome.CLAIMED)


@pytest.mark.adversarial(86)
@pytest.mark.requirement("P1-R09", "INV-07")
@pytest.mark.test_id("P1-T16")
async def test_a_yes_holds_for_the_arguments_that_were_shown(desk: Desk) -> None:
    """An approval lets exactly its own arguments pass; changed afterwards they wait again."""
    desk.made = FINANCIAL
    kernel = desk.kernel(approvals=(ApprovalRule(tool="provider", operation="refund", above_minor={}),))
    run = await desk.run(kernel)
    yes = Approval(approval_id=timed_id(desk.clock.now(), 1), fingerprint=fingerprint(MONEY))
    changed = raw(arguments=MONEY | {"amount": 502}, approval=yes)
    assert (await kernel.call(run, changed)).outcome is ErrorCode.APPROVAL_REQUIRED
    assert (await kernel.call(run, raw(arguments=MONEY, approval=yes))).outcome is ClaimOutcome.CLAIMED
    (receipt,) = await desk.ledger.receipts_of(TENANT, run.run_id)
    assert receipt.approval_id == yes.approval_id
    # Who was answered before is answered again without asking a person.
    assert (await kernel.call(run, raw(arguments=MONEY))).outcome is ClaimOutcome.REPLAY


@pytest.mark.requirement("P1-R01", "P1-R02")
@pytest.mark.test_id("P1-T28")
async def test_a_kernel_with_tools_outside_its_law_is_refused(desk: Desk) -> None:
    """A tool whose contract is not the one that the law pins cannot be registered."""
    law = Policy(contracts={("provider", "refund", "1"): contract(timeout_ms=1)})
    with pytest.raises(CallError, match=r"provider\.refund@1"):
        Kernel(
            ledger=desk.ledger, clock=desk.clock, policy=law, tools={("provider", "refund", "1"): desk.tool}
        )


@pytest.mark.requirement("P1-R01", "P1-R07", "INV-01")
@pytest.mark.test_id("P1-T02", "P1-T13")
@pytest.mark.parametrize(
    "more", [{"amount": 5.0}, {"currency": "euro"}, {"currency": "1$2"}, {"currency": "eu\0"}], ids=str
)
async def test_money_that_no_receipt_could_hold_does_not_move(more: dict[str, Any]) -> None:
    """An amount with a fraction's form or an unheard-of currency is refused before, not found out after."""
    desk = Desk(made=FINANCIAL)
    reply = await desk.call(MONEY | more)
    assert (reply.outcome, desk.seen) == (ErrorCode.SCHEMA_INVALID, [])


@pytest.mark.requirement("P1-R05")
@pytest.mark.test_id("P1-T09")
@pytest.mark.parametrize("path", ["", "a b", "a\0", "x" * 121, "'; --", "\u043f"])
async def test_a_path_has_a_form(path: str) -> None:
    """The name of a call's place is written down whatever becomes of the call, so it is checked first."""
    with pytest.raises(CallError, match="path"):
        raw(path=path)


@pytest.mark.requirement("INV-04", "P1-R05")
@pytest.mark.test_id("P1-T09")
async def test_a_version_that_looks_like_an_address_stays_in_the_trace() -> None:
    """What a contract calls itself is no personal data, whatever it looks like; a caller's text may be."""
    desk = Desk(made=contract(version="1.beta"))
    await desk.call()
    await desk.call({"refund_id": 7})
    stranger = await desk.kernel().call(desk.runs[-1], raw(version="mail.example"))
    assert stranger.outcome is ErrorCode.UNKNOWN_TOOL
    assert [row.tool for row in await desk.traces()] == [
        "provider.refund@1.beta",
        "provider.refund@1.beta",
        "p***@***.example",
    ]
