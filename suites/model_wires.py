"""Models that answer by a script: what is said, what is not, and how long it takes by the trial's clock."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from autobiz_kernel import BoundsConfig, Kernel, Ledger, Policy, Price, PriceTable, Principal, Run, Tool
from autobiz_kernel.business import BusinessFile
from autobiz_kernel.models import Message, ModelClient, Pin, Told, pins_of
from autobiz_kernel.providers import pinned_tool
from autobiz_kernel.transport import ANTHROPIC, OPENAI, Answer, Egress, Outgoing, SandboxAccount
from autobiz_mocks import VirtualClock
from autobiz_oracles import PlainRequest

from .calling import AGENT, law_for, where_of

PROMPT = "Sort the letter. Answer in JSON."
QUESTION = (Message(role="user", text="Where is my parcel?"),)
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {"kind": {"type": "string", "enum": ["parcel", "refund"]}},
    "required": ["kind"],
    "additionalProperties": False,
}
PRIMARY, SECOND = "gpt-test-2026-01-01", "claude-test-2026-01-01"
# Dear enough that every token is seen in the sum: 1 and 5 micro-units each.
PRICES = PriceTable(
    "USD",
    tuple(
        Price(
            item=item,
            from_at=datetime(2000, 1, 1, tzinfo=UTC),
            micros_per_million=1_000_000,
            out_micros_per_million=5_000_000,
        )
        for item in (PRIMARY, SECOND)
    ),
)
HEADERS = {"content-type": "application/json", "x-request-id": "r-1", "request-id": "r-1"}
Step: TypeAlias = Answer | BaseException | None


def openai(text: str = "yes", *, model: str = PRIMARY, **changes: Any) -> Answer:
    """OpenAI's answer: 7 tokens in, 3 out."""
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    told = {"model": model, "choices": [choice], "usage": usage} | changes
    return Answer(status=200, headers=HEADERS, body=json.dumps(told).encode())


def anthropic(text: str = "yes", *, model: str = SECOND) -> Answer:
    """Anthropic's answer: 11 tokens in, 2 out."""
    usage = {"input_tokens": 11, "output_tokens": 2}
    content = [{"type": "text", "text": text}]
    told = {"model": model, "content": content, "stop_reason": "end_turn", "usage": usage}
    return Answer(status=200, headers=HEADERS, body=json.dumps(told).encode())


def no(status: int, **error: str) -> Answer:
    return Answer(status=status, headers=HEADERS, body=json.dumps({"error": error}).encode())


@dataclass(slots=True, kw_only=True)
class Script:
    """A transport that plays its steps; None is a provider that never answers."""

    clock: VirtualClock
    steps: list[Step]
    takes: timedelta = timedelta(seconds=1)
    sent: list[dict[str, Any]] = field(default_factory=list)
    seen: list[PlainRequest] = field(default_factory=list)

    async def __call__(self, outgoing: Outgoing) -> Answer:
        self.sent.append(json.loads(outgoing.body))
        step = self.steps.pop(0)
        accepted = isinstance(step, Answer) and step.status < 300
        self.seen.append(PlainRequest(method=outgoing.method, path=outgoing.path, accepted=accepted))
        self.clock.advance(self.takes)
        if step is None:
            await asyncio.Event().wait()
        if isinstance(step, BaseException):
            raise step
        assert isinstance(step, Answer)
        return step


def business(models: Mapping[str, Any] | None = None, **primary: Any) -> BusinessFile:
    """A business with two pinned models: the second is the first one's fallback."""
    digest = hashlib.sha256(PROMPT.encode()).hexdigest()
    pin: dict[str, Any] = {"prompt_sha256": digest, "tokens_max": 100, "timeout_ms": 20_000}
    first = pin | {"provider": "openai.chat", "model": PRIMARY, "fallback": "second"} | primary
    second = pin | {"provider": "anthropic.messages", "model": SECOND}
    second |= {"answer_schema": first.get("answer_schema")}
    told: dict[str, Any] = {
        "schema": 1, "business": "shop", "tenants": (), "tools": (), "workflows": {},
        "models": {"sort": first, "second": second} if models is None else models,
    }  # fmt: skip
    return BusinessFile.model_validate(told)


@dataclass(slots=True, kw_only=True)
class Scene:
    """One run with its models."""

    ledger: Ledger
    tenant: UUID
    steps: list[Step]
    bounds: BoundsConfig = field(default_factory=BoundsConfig)
    pins: Mapping[str, Pin] = field(default_factory=lambda: pins_of(business()))
    clock: VirtualClock = field(default_factory=VirtualClock)
    takes: timedelta = timedelta(seconds=1)
    deadline_ms: int = 60_000
    script: Script = field(init=False)
    kernel: Kernel = field(init=False)
    run: Run | None = None

    def __post_init__(self) -> None:
        self.script = Script(clock=self.clock, steps=self.steps, takes=self.takes)
        tools = [self._tool(pin) for pin in self.pins.values()]
        law: Policy = law_for(self.tenant, *tools, bounds=self.bounds, prices=PRICES)
        self.kernel = Kernel(
            ledger=self.ledger, clock=self.clock, policy=law, tools={where_of(one): one for one in tools}
        )

    def _tool(self, pin: Pin) -> Tool:
        provider = OPENAI if pin.entry.provider.startswith("openai") else ANTHROPIC
        account = SandboxAccount(provider=provider, base_url="http://127.0.0.1:1", key="fake")
        return pinned_tool(pin.with_prompt(PROMPT), account, self.script, Egress(), self.clock)

    async def ask(self, model: str = "sort", *, path: str = "1") -> Told:
        """Ask in the run that there is."""
        if self.run is None:
            principal = Principal(name=AGENT, tenant=self.tenant)
            self.run = await self.kernel.begin(tenant=self.tenant, principal=principal, workflow="letters")
        client = ModelClient(kernel=self.kernel, pins=self.pins, deadline_ms=self.deadline_ms)
        return await client.ask(self.run, path=path, model=model, messages=QUESTION)

    @property
    def run_id(self) -> UUID:
        assert self.run is not None
        return self.run.run_id
