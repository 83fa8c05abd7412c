"""The product's Stripe tools as one trial uses them, at a stand-in whose journal tells the trial apart."""

from collections.abc import Callable
from typing import TypeAlias

from autobiz_kernel import Clock, Tool
from autobiz_kernel.providers import stripe_tools
from autobiz_kernel.transport import STRIPE, Egress, SandboxAccount, Send
from autobiz_mocks import Served

KEY_HEADER = "Idempotency-Key"
TEST_KEY = "sk_test_AUTOBIZ_FAKE"

ReadJournal: TypeAlias = Callable[[], tuple[Served, ...]]


def stripe_account(url: str) -> SandboxAccount:
    return SandboxAccount(provider=STRIPE, base_url=url, key=TEST_KEY)


class StripeTools:
    """One trial's tools by name."""

    def __init__(self, url: str, send: Send, egress: Egress, clock: Clock) -> None:
        tools = {
            tool.contract.operation: tool
            for tool in stripe_tools(stripe_account(url), send, egress, clock)
            if tool.contract.version == "1"
        }
        self.all = tuple(tools.values())
        self.authorise: Tool = tools["authorise"]
        self.capture: Tool = tools["capture"]
        self.void: Tool = tools["void"]
        self.refund: Tool = tools["refund"]
        self.read_payment: Tool = tools["read_payment"]
        self.calculate_tax: Tool = tools["calculate_tax"]
        self.commit_tax: Tool = tools["commit_tax"]


def payment_id(currency: str, amount: int, name: str) -> str:
    """The id of a payment made before the trial; the stand-in reads its currency and amount from it."""
    return f"pi_{currency.lower()}_{amount}_{name}"
