"""One trial at all six providers: the product's tools, the world that they act on, and faults by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from autobiz_kernel import Clock, Json, Ledger, Reply, Tool, external_key, internal_key
from autobiz_kernel.providers import (
    ANTHROPIC_MESSAGES,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    Model,
    llm_tool,
    printful_tools,
    sendgrid_tools,
    shopify_tools,
    slack_tools,
    stripe_tools,
)
from autobiz_kernel.transport import (
    ANTHROPIC,
    OPENAI,
    PRINTFUL,
    SENDGRID,
    SHOPIFY,
    SLACK,
    Egress,
    Provider,
    SandboxAccount,
    Send,
)
from autobiz_mocks import TRIAL_HEADER, Fault, Planned, Stub, World, faulty, shipped_stubs, stamped
from autobiz_mocks.truth import (
    Machine,
    Order,
    Payment,
    PrintfulMachine,
    PrintOrder,
    SendgridMachine,
    ShopifyMachine,
    SlackMachine,
    StripeMachine,
)

from .calling import governed_call
from .stripe_tools import KEY_HEADER, payment_id, stripe_account

RESOURCES = ("stripe", "shopify", "printful", "sendgrid", "slack", "llm", "common")
STUBS: dict[str, Stub] = {}
for _resource in RESOURCES:
    for _stub in shipped_stubs(_resource):
        _of = _stub["metadata"]
        STUBS.setdefault(f"{_of.get('provider', '')}.{_of.get('op', '')}", _stub)

MODEL = Model(name="gpt-test", priced_as="")
CLAUDE = Model(name="claude-test", priced_as="")
ORDER = "gid://shopify/Order/1001"
PRINT_ORDER = 900
PAYMENT = payment_id("EUR", 2500, "paid")
HELD = payment_id("EUR", 2500, "held")
DIGEST = "ab" * 32
_MONEY: dict[str, Any] = {"amount": 2500, "currency": "EUR"}

# One call of every operation that changes something, with the world of `machines` around it.
ACTS: Mapping[str, Json] = {
    "stripe.authorise": {"order": "o-1", "attempt": 1, "payment_method": "pm_card", **_MONEY},
    "stripe.capture": {"payment_intent": HELD, **_MONEY},
    "stripe.void": {"payment_intent": HELD, **_MONEY},
    "stripe.refund": {"payment_intent": PAYMENT, "refund_id": "r-1", "amount": 1999, "currency": "EUR"},
    "stripe.commit_tax": {"calculation": "taxcalc_eur_2500", "reference": "o-1"},
    "shopify.update_order": {"order": ORDER, "change": "c-1", "note": "held", "tags": ["a", "b"]},
    "shopify.cancel_order": {"order": ORDER, "reason": "CUSTOMER", "restock": True, **_MONEY},
    "shopify.refund_order": {
        "order": ORDER,
        "refund_id": "r-1",
        "gateway": "manual",
        "parent": "gid://shopify/OrderTransaction/5",
        "amount": 1999,
        "currency": "EUR",
    },
    "printful.create_order": {
        "order": "o-1",
        "recipient": {
            "name": "A",
            "address1": "B 1",
            "city": "C",
            "country_code": "DE",
            "zip": "10115",
        },
        "items": [{"variant": 4011, "quantity": 2}],
    },
    "printful.confirm_order": {"printful_order": str(PRINT_ORDER), "amount": 2500, "currency": "USD"},
    "printful.cancel_order": {"printful_order": str(PRINT_ORDER)},
    "sendgrid.send_mail": {
        "intent": "refund-r-1",
        "to": ["a@example.com"],
        "sender": "shop@example.com",
        "subject": "Refund",
        "text": "Done.",
    },
    "slack.post_approval": {
        "channel": "CTEST1",
        "approval": "a-1",
        "arguments_digest": DIGEST,
        "summary": "Refund 19.99 EUR?",
    },
    "slack.update_approval": {
        "channel": "CTEST1",
        "ts": "1000000000.000001",
        "approval": "a-1",
        "state": "approved",
        "summary": "Approved.",
    },
}
QUESTION: Json = {
    "system": "Be brief.",
    "messages": [{"role": "user", "text": "Is all well?"}],
    "tokens_max": 100,
}


def machines() -> dict[str, Machine]:
    """The providers as they are before a trial."""
    posted = {"text": "?", "metadata": {"event_payload": {"approval": "a-0"}}}
    held = Payment(id=HELD, currency="eur", amount=2500)
    paid = Payment(id=PAYMENT, currency="eur", amount=2500, status="succeeded", received=2500)
    return {
        "stripe": StripeMachine(assumes=True, payments={HELD: held, PAYMENT: paid}),
        "shopify": ShopifyMachine(orders={ORDER: Order(id=ORDER, total=Decimal("25.00"), currency="EUR")}),
        "printful": PrintfulMachine(orders={PRINT_ORDER: PrintOrder(id=PRINT_ORDER)}),
        "sendgrid": SendgridMachine(),
        "slack": SlackMachine(messages={("CTEST1", "1000000000.000001"): posted}),
    }


def made_up(provider: Provider, url: str) -> SandboxAccount:
    return SandboxAccount(provider=provider, base_url=url, key="autobiz-fake")


def all_tools(url: str, send: Send, egress: Egress, clock: Clock) -> dict[str, Tool]:
    """Every tool at one stand-in, by provider and operation."""
    openai, anthropic = made_up(OPENAI, url), made_up(ANTHROPIC, url)
    tools = (
        *stripe_tools(stripe_account(url), send, egress, clock),
        *shopify_tools(made_up(SHOPIFY, url), send, egress, clock),
        *printful_tools(made_up(PRINTFUL, url), send, egress, clock),
        *sendgrid_tools(made_up(SENDGRID, url), send, egress, clock),
        *slack_tools(made_up(SLACK, url), send, egress, clock),
        llm_tool(OPENAI_CHAT, MODEL, openai, send, egress, clock),
        llm_tool(OPENAI_RESPONSES, MODEL, openai, send, egress, clock),
        llm_tool(ANTHROPIC_MESSAGES, CLAUDE, anthropic, send, egress, clock),
    )
    return {named(tool): tool for tool in tools}


def named(tool: Tool) -> str:
    """How tests call a tool: by its operation, and by its version where that is not the first."""
    contract = tool.contract
    name = f"{contract.name}.{contract.operation}"
    return name if contract.version == "1" else f"{name}@{contract.version}"


@dataclass(slots=True, kw_only=True)
class Trial:
    """All that one test plays with."""

    url: str
    wire: Send
    egress: Egress
    clock: Clock
    ledger: Ledger
    tenant: UUID
    world: World
    tools: dict[str, Tool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tools = self.tools_by(self.wire)

    def tools_by(self, wire: Send) -> dict[str, Tool]:
        """The tools over another transport."""
        send = stamped(wire, trial=self.world.trial, clock=self.clock)
        return all_tools(self.url, send, self.egress, self.clock)

    async def call(self, name: str, arguments: Json | None = None, *, wire: Send | None = None) -> Reply:
        """One governed call, in a run of its own."""
        tools = self.tools if wire is None else self.tools_by(wire)
        return await governed_call(
            ledger=self.ledger,
            clock=self.clock,
            tool=tools[name],
            tenant=self.tenant,
            arguments=ACTS[name] if arguments is None else arguments,
        )

    def key_of(self, name: str, arguments: Json | None = None) -> str:
        """The key under which the provider will see a call."""
        contract = self.tools[name].contract
        identity = contract.identity_of(ACTS[name] if arguments is None else arguments)
        return external_key(
            internal_key(
                tenant=self.tenant, tool=contract.name, operation=contract.operation, identity=identity
            )
        )

    def plant(self, name: str, fault: Fault | Planned, arguments: Json | None = None) -> None:
        """Let the provider of a call misbehave towards it."""
        planned = fault if isinstance(fault, Planned) else Planned(fault=fault)
        is_effect = self.tools[name].contract.effect_class.is_effect
        headers = {TRIAL_HEADER: self.world.trial}
        headers |= {KEY_HEADER: self.key_of(name, arguments)} if is_effect else {}
        for stub in faulty(STUBS[name], planned, headers=headers):
            self.world.plant(stub)

    def answer(
        self, name: str, status: int, body: str, arguments: Json | None = None, **headers: str
    ) -> None:
        """Let the provider of a call say no to it once, in these words."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        planned = Planned(fault=Fault.LOCKED, status=status, body=body, headers=said)
        self.plant(name, planned, arguments)

    def with_tenant(self, tenant: UUID) -> "Trial":
        return replace(self, tenant=tenant)
