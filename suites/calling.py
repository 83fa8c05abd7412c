"""Calls as most tests make them: one run for each call, under a law that allows the tool at hand."""

from collections.abc import Mapping
from uuid import UUID

from autobiz_kernel import (
    ApprovalRule,
    Asked,
    BoundsConfig,
    Clock,
    EffectClass,
    Json,
    Kernel,
    Ledger,
    PermissionScope,
    Policy,
    PriceTable,
    Principal,
    Reply,
    Tool,
)

AGENT = "agent"
# Rules for approval are not what these tests are about, so no amount that they draw is above this.
LIMIT = 10**12
CURRENCIES = ("USD", "EUR", "GBP", "CAD", "JPY", "KRW", "CLP", "KWD", "BHD", "OMR")


def where_of(tool: Tool) -> tuple[str, str, str]:
    """Under which name a tool is found."""
    contract = tool.contract
    return contract.name, contract.operation, contract.version


def law_for(
    tenant: UUID, *tools: Tool, bounds: BoundsConfig | None = None, prices: PriceTable | None = None
) -> Policy:
    """A law under which the agent may use these tools and no amount needs a person."""
    limits: Mapping[str, int] = dict.fromkeys(CURRENCIES, LIMIT)
    return Policy(
        contracts={where_of(tool): tool.contract for tool in tools},
        scopes=tuple(
            PermissionScope(
                principal=AGENT, tenant=tenant, tool=tool.contract.name, operation=tool.contract.operation
            )
            for tool in tools
        ),
        bounds=bounds or BoundsConfig(),
        prices=prices,
        approvals=tuple(
            ApprovalRule(tool=tool.contract.name, operation=tool.contract.operation, above_minor=limits)
            for tool in tools
            if tool.contract.effect_class is EffectClass.FINANCIAL
        ),
    )


def kernel_for(
    ledger: Ledger, clock: Clock, tenant: UUID, *tools: Tool, bounds: BoundsConfig | None = None
) -> Kernel:
    """A kernel with these tools, for one tenant."""
    return Kernel(
        ledger=ledger,
        clock=clock,
        policy=law_for(tenant, *tools, bounds=bounds),
        tools={where_of(tool): tool for tool in tools},
    )


def ask(tool: Tool, arguments: Json, *, path: str = "1") -> Asked:
    """A call of this tool."""
    contract = tool.contract
    return Asked(
        path=path,
        tool=contract.name,
        operation=contract.operation,
        version=contract.version,
        arguments=arguments,
    )


async def governed_call(*, ledger: Ledger, clock: Clock, tool: Tool, tenant: UUID, arguments: Json) -> Reply:
    """One call in a run of its own."""
    kernel = kernel_for(ledger, clock, tenant, tool)
    run = await kernel.begin(
        tenant=tenant, principal=Principal(name=AGENT, tenant=tenant), workflow="one_call"
    )
    return await kernel.call(run, ask(tool, arguments))
