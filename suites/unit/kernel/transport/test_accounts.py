"""Sandbox and live are two types; neither can be made of what belongs to the other."""

import pytest

from autobiz_kernel.transport import (
    OPENAI,
    PRINTFUL,
    PROVIDERS,
    SENDGRID,
    SHOPIFY,
    SLACK,
    STRIPE,
    ForbiddenEgressError,
    LiveAccount,
    Provider,
    SandboxAccount,
    is_loopback,
)

from ....faulty_wires import covers
from ....live_looking import LIVE

_OF_KEYS = ("stripe", "shopify token", "sendgrid", "slack token", "openai", "anthropic")
KEYS = {name: key for name, key in LIVE.items() if name.startswith(_OF_KEYS)}
HERE = "http://127.0.0.1:8080"
pytestmark = pytest.mark.requirement("P1-RH01", "P1-RH02")


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
def test_a_made_up_key_and_this_machine_are_a_sandbox(provider: Provider) -> None:
    """Every provider can be played on this machine, with a key that says that it is none."""
    key = "sk_test_FAKE" if provider is STRIPE else "autobiz-fake"
    account = SandboxAccount(provider=provider, base_url=HERE, key=key)
    assert account.is_stand_in
    assert key not in repr(account)


@pytest.mark.negative
@pytest.mark.test_id("P1-H01", "P1-H02")
@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_live_looking_key_is_in_no_sandbox(provider: Provider, key: str) -> None:
    """A key of any provider that looks live is refused for every provider, and not repeated."""
    with pytest.raises(ForbiddenEgressError) as caught:
        SandboxAccount(provider=provider, base_url=HERE, key=key)
    assert key not in str(caught.value)


@covers(20)
@pytest.mark.negative
@pytest.mark.test_id("P1-H02", "P1-H03")
@pytest.mark.parametrize(
    ("provider", "url"),
    [
        (SHOPIFY, "https://a-real-shop.myshopify" + ".com"),
        (PRINTFUL, "https://api.printful.com"),
        (SLACK, "https://slack.com"),
        (STRIPE, "https://api.stripe.com.evil.example"),
        (STRIPE, "https://127.0.0.1.evil.example"),
        (STRIPE, "http://api.stripe.com"),
        (STRIPE, "http://localhost:80"),
        (STRIPE, "http://user@127.0.0.1"),
        (STRIPE, "http://127.0.0.1?x=1"),
        (STRIPE, "ftp://127.0.0.1"),
        (STRIPE, ""),
        (SENDGRID, "https://127.0.0.2.nip.example"),
        (OPENAI, "https://api.openai.com.example"),
    ],
)
def test_what_is_no_sandbox_is_not_reached_from_one(provider: Provider, url: str) -> None:
    """A host at which something real would happen, or that only looks like ours, is refused."""
    key = "sk_test_FAKE" if provider is STRIPE else "fake"
    with pytest.raises(ForbiddenEgressError):
        SandboxAccount(provider=provider, base_url=url, key=key)


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        (SHOPIFY, "https://a-dev.myshopify.com"),
        (STRIPE, "https://api.stripe.com"),
        (SENDGRID, "https://api.sendgrid.com"),
    ],
)
def test_a_providers_own_sandbox_is_one(provider: Provider, url: str) -> None:
    """Where the provider itself keeps apart what is not real, a test key may go."""
    key = "sk_test_FAKE" if provider is STRIPE else "fake"
    assert not SandboxAccount(provider=provider, base_url=url, key=key).is_stand_in


@pytest.mark.negative
@pytest.mark.parametrize(
    ("url", "key"),
    [
        (HERE, LIVE["stripe"]),
        ("https://api.stripe.com", "sk_test_FAKE"),
        ("http://api.stripe.com", LIVE["stripe"]),
    ],
)
def test_a_live_account_is_live_in_every_part(url: str, key: str) -> None:
    """A live key at a stand-in, a test key at the provider, and plain HTTP are no live account."""
    with pytest.raises(ForbiddenEgressError):
        LiveAccount(provider=STRIPE, base_url=url, key=key)


def test_a_live_account_can_be_made() -> None:
    """A live key at the provider's own address is a live account, and its key is not shown."""
    account = LiveAccount(provider=STRIPE, base_url="https://api.stripe.com", key=LIVE["stripe"])
    assert LIVE["stripe"] not in repr(account)


@pytest.mark.parametrize(
    ("host", "ours"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", False), ("10.0.0.1", False)],
)
def test_this_machine_is_a_literal_address(host: str, ours: bool) -> None:
    """A name may lead anywhere; only a literal address is this machine."""
    assert is_loopback(host) is ours
