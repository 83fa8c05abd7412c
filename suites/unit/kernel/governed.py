"""A kernel on books in memory, for tests of the law itself: a tool that counts, and calls in one run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from autobiz_kernel import (
    Asked,
    BoundsConfig,
    Incident,
    Json,
    Kernel,
    KernelMetrics,
    MemoryLedger,
    Policy,
    PriceTable,
    Principal,
    Refused,
    Reply,
    Run,
    Tool,
    ToolContract,
    TraceRow,
)
from autobiz_mocks import VirtualClock

from ...calling import AGENT, ask, law_for, where_of
from ...tools import contract

TENANT = UUID("0198c0de-0000-7000-8000-00000000000a")
STRANGER = UUID("0198c0de-0000-7000-8000-00000000000b")
PREFIX = "tenant-a"


@dataclass(slots=True, kw_only=True)
class Desk:
    """All that one test plays with."""

    made: ToolContract = field(default_factory=contract)
    bounds: BoundsConfig = field(default_factory=BoundsConfig)
    prices: PriceTable | None = None
    clock: VirtualClock = field(default_factory=VirtualClock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    answers: Json | Refused | BaseException = field(default_factory=lambda: {"id": "re_1"})
    seen: list[tuple[Json, str]] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    metrics: KernelMetrics = field(default_factory=KernelMetrics)
    runs: list[Run] = field(default_factory=list)

    async def execute(self, arguments: Json, key: str) -> Json | Refused:
        self.seen.append((arguments, key))
        if isinstance(self.answers, BaseException):
            raise self.answers
        return self.answers

    @property
    def tool(self) -> Tool:
        return Tool(contract=self.made, execute=self.execute)

    def kernel(self, **changes: Any) -> Kernel:
        """A kernel whose law may differ from the usual one."""
        tool = self.tool
        law = replace(law_for(TENANT, tool, bounds=self.bounds, prices=self.prices), **changes)
        return Kernel(
            ledger=self.ledger,
            clock=self.clock,
            policy=law,
            tools={where_of(tool): tool},
            on_incident=self.hear,
            on_settled=self.metrics.on_settled,
        )

    def hear(self, incident: Incident) -> None:
        self.incidents.append(incident)
        self.metrics.on_incident(incident)

    def law(self) -> Policy:
        return law_for(TENANT, self.tool, bounds=self.bounds, prices=self.prices)

    async def run(self, kernel: Kernel | None = None, principal: Principal | None = None) -> Run:
        principal = principal or Principal(name=AGENT, tenant=TENANT)
        run = await (kernel or self.kernel()).begin(
            tenant=TENANT, principal=principal, workflow="WF03", prefix=PREFIX
        )
        self.runs.append(run)
        return run

    async def call(self, arguments: Json | None = None, **changes: Any) -> Reply:
        """One call, in the run that there is."""
        run = self.runs[-1] if self.runs else await self.run()
        asked = replace(ask(self.tool, {"refund_id": "r-1"} if arguments is None else arguments), **changes)
        return await self.kernel().call(run, asked)

    async def traces(self) -> tuple[TraceRow, ...]:
        return await self.ledger.traces_of(TENANT, self.runs[-1].run_id)


def refund(number: int = 1, **more: Any) -> Mapping[str, Any]:
    """Arguments of one act."""
    return {"refund_id": f"r-{number}", **more}


def raw(**changes: Any) -> Asked:
    """A call that names its tool itself."""
    usual: dict[str, Any] = {
        "path": "1",
        "tool": "provider",
        "operation": "refund",
        "version": "1",
        "arguments": refund(),
    }
    return Asked(**(usual | changes))
