"""The official clients, as witnesses: they read our stand-ins, and believe our signers."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
import stripe
from sendgrid import SendGridAPIClient
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.mail import CustomArg, Email, Mail, MailSettings, Personalization, SandBoxMode, To
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier

from autobiz_mocks import TRIAL_HEADER, Fault, Planned, WireMock, faulty
from autobiz_oracles import expect

from ..posting import KEY, NOW, SENDERS, WORD
from ..providing import ACTS, HELD, PAYMENT, STUBS, Trial
from ..stripe_tools import KEY_HEADER, TEST_KEY, ReadJournal

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-TR01", "P1-TR03"),
    pytest.mark.test_id("P1-H09"),
]


@pytest.fixture
def key() -> str:
    return f"autobiz:{secrets.token_hex(16)}"


@pytest.fixture
def stripe_client(wiremock: WireMock) -> stripe.StripeClient:
    return stripe.StripeClient(TEST_KEY, base_addresses={"api": wiremock.url}, max_network_retries=0)


@contextmanager
def said(wiremock: WireMock, name: str, key: str, status: int, body: object) -> Iterator[None]:
    """Let the stand-in say this once to the bearer of a key."""
    planned = Planned(fault=Fault.LOCKED, status=status, body=json.dumps(body))
    with wiremock.planted(*faulty(STUBS[name], planned, headers={KEY_HEADER: key})):
        yield


def test_stripe_holds_takes_and_gives_back(stripe_client: stripe.StripeClient, key: str) -> None:
    """Stripe's client authorises, captures, voids, refunds and taxes, and reads every answer as its own."""
    payments, options = stripe_client.v1.payment_intents, {"idempotency_key": key}
    held = payments.create(
        params={
            "amount": 2500,
            "currency": "eur",
            "capture_method": "manual",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "metadata": {"order": "o-1"},
        },
        options=options,  # type: ignore[arg-type]  # a plain mapping of its own names
    )
    assert (held.object, held.status, held.amount_capturable, held.livemode) == (
        "payment_intent",
        "requires_capture",
        2500,
        False,
    )
    taken = payments.capture(held.id, params={"amount_to_capture": 2000}, options=options)  # type: ignore[arg-type]  # the same
    let_go = payments.cancel(HELD, options=options)  # type: ignore[arg-type]  # the same
    given = stripe_client.v1.refunds.create(
        params={"payment_intent": PAYMENT, "amount": 100, "metadata": {"refund_id": "r-1"}},
        options=options,  # type: ignore[arg-type]  # the same
    )
    taxed = stripe_client.v1.tax.calculations.create(
        params={
            "currency": "eur",
            "line_items": [{"amount": 2500, "reference": "l-1"}],
            "customer_details": {"address": {"country": "DE"}, "address_source": "shipping"},
        }
    )
    listed = stripe_client.v1.refunds.list(params={"payment_intent": "pi_eur_1_nobody"})
    expect.worlds(
        (taken.amount_received, let_go.status, given.object, given.amount, taxed.amount_total, listed.data),
        (2000, "canceled", "refund", 100, 2500, []),
    ).alike()
    assert given.id == f"re_{key[8:20]}"


@pytest.mark.negative
@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (
            402,
            {"type": "card_error", "code": "card_declined", "decline_code": "generic_decline"},
            stripe.CardError,
        ),
        (400, {"type": "invalid_request_error", "param": "amount"}, stripe.InvalidRequestError),
        (400, {"type": "idempotency_error"}, stripe.IdempotencyError),
        (401, {"type": "invalid_request_error"}, stripe.AuthenticationError),
        (403, {"type": "invalid_request_error"}, stripe.PermissionError),
        (429, {"type": "invalid_request_error", "code": "rate_limit"}, stripe.RateLimitError),
        (500, {"type": "api_error"}, stripe.APIError),
    ],
)
def test_stripe_reads_our_refusals(
    status: int,
    error: dict[str, str],
    kind: type[Exception],
    stripe_client: stripe.StripeClient,
    wiremock: WireMock,
    key: str,
) -> None:
    """Each planned no is to Stripe's client the error that Stripe's own no would be."""
    planned = said(wiremock, "stripe.refund", key, status, {"error": {"message": "planned", **error}})
    with planned, expect.refusal(kind):
        stripe_client.v1.refunds.create(
            params={"payment_intent": PAYMENT, "amount": 100},
            options={"idempotency_key": key},
        )


@pytest.mark.asyncio(loop_scope="session")
async def test_stripe_knows_what_we_send(at_providers: Trial) -> None:
    """Every name of a parameter that the product sends is one that Stripe's own types have."""
    trial = at_providers
    for name in ACTS:
        if name.startswith("stripe."):
            await trial.call(name)
    calculated: dict[str, Any] = {
        "currency": "EUR",
        "lines": [{"amount": 1, "reference": "l"}],
        "ship_to": {"country": "DE"},
    }
    await trial.call("stripe.calculate_tax", {**calculated, "shipping": 5})
    types: dict[str, Any] = {
        "authorise": stripe.params.PaymentIntentCreateParams,
        "capture": stripe.params.PaymentIntentCaptureParams,
        "void": stripe.params.PaymentIntentCancelParams,
        "refund": stripe.params.RefundCreateParams,
        "calculate_tax": stripe.params.tax.CalculationCreateParams,
        "commit_tax": stripe.params.tax.TransactionCreateFromCalculationParams,
    }
    seen = trial.world.seen()
    assert {request.op for request in seen} == types.keys()
    strangers = [
        f"{request.op}: {name}"
        for request in seen
        for name in {each.partition("[")[0] for each in parse_qs(request.body)}
        if name not in types[request.op].__annotations__
    ]
    expect.complaints(strangers, about=seen).none()


def test_stripe_believes_our_signer() -> None:
    """What our signer signs, Stripe's own verifier takes for Stripe's."""
    delivery = SENDERS["stripe"].delivery()
    # It asks the machine's clock, which is not ours: so old is old enough.
    event = stripe.Webhook.construct_event(
        delivery.body, delivery.headers["stripe-signature"], WORD, tolerance=10**10
    )
    expect.worlds((event.id, event.type), ("evt_1", "charge.refunded")).alike()


@pytest.mark.asyncio(loop_scope="session")
async def test_sendgrid_writes_the_same_mail(at_providers: Trial, key: str) -> None:
    """SendGrid's own builder of mails writes what the product writes, and its client reads the answer."""
    trial, told = at_providers, ACTS["sendgrid.send_mail"]
    await trial.call("sendgrid.send_mail")
    mail = Mail(
        Email(str(told["sender"])), subject=str(told["subject"]), plain_text_content=str(told["text"])
    )
    person = Personalization()
    person.add_to(To("a@example.com"))
    person.add_custom_arg(CustomArg("autobiz_key", trial.key_of("sendgrid.send_mail")))
    mail.add_personalization(person)
    mail.mail_settings = MailSettings(sandbox_mode=SandBoxMode(enable=True))
    client = SendGridAPIClient("autobiz-fake", host=trial.url)
    headers = {KEY_HEADER: key, TRIAL_HEADER: trial.world.trial}
    answer = client.client.mail.send.post(request_body=mail.get(), request_headers=headers)
    ours, theirs = (json.loads(request.body) for request in trial.world.seen())
    assert (answer.status_code, answer.headers["X-Message-Id"]) == (200, key[8:20])
    expect.worlds(ours, theirs).alike()


def test_sendgrid_believes_our_signer() -> None:
    """What our signer signs, SendGrid's own verifier takes for SendGrid's."""
    signer, delivery = SENDERS["sendgrid"].signer, SENDERS["sendgrid"].delivery()
    witness = EventWebhook(signer.public_key)  # type: ignore[attr-defined]  # only this signer has one
    prefix = "x-twilio-email-event-webhook"
    believed = [
        witness.verify_signature(
            body, delivery.headers[f"{prefix}-signature"], delivery.headers[f"{prefix}-timestamp"]
        )
        for body in (delivery.body.decode(), delivery.body.decode() + " ")
    ]
    expect.worlds(believed, [True, False]).alike()
    assert KEY.key_size == 256


def test_slack_posts_changes_and_reads(
    wiremock: WireMock, key: str, read_journal: ReadJournal, trial: str
) -> None:
    """Slack's client posts and changes a message and reads a channel, and takes a no for one."""
    client = WebClient(
        token="autobiz-fake",
        base_url=f"{wiremock.url}/api/",
        headers={KEY_HEADER: key, TRIAL_HEADER: trial},
        retry_handlers=[],
    )
    posted = client.api_call("chat.postMessage", json={"channel": "CTEST1", "text": "?"})
    changed = client.api_call("chat.update", json={"channel": "CTEST1", "ts": posted["ts"], "text": "!"})
    history = client.conversations_history(channel="CTEST1")
    expect.worlds((changed["ts"], history["messages"]), (posted["ts"], [])).alike()
    assert isinstance(posted["ts"], str)
    with expect.refusal(SlackApiError, saying="channel_not_found"):
        client.api_call("chat.postMessage", json={"channel": "CREAL", "text": "?"})
    written = [request.accepted for request in read_journal() if request.path.startswith("/api/chat.")]
    assert written == [True, True, False]


def test_slack_believes_our_signer() -> None:
    """What our signer signs, Slack's own verifier takes for Slack's, at our own time."""

    class Frozen(Clock):
        def now(self) -> float:
            return NOW.timestamp()

    delivery = SENDERS["slack"].delivery()
    believed = [
        SignatureVerifier(word, clock=Frozen()).is_valid(
            delivery.body,
            delivery.headers["x-slack-request-timestamp"],
            delivery.headers["x-slack-signature"],
        )
        for word in (WORD, "another")
    ]
    expect.worlds(believed, [True, False]).alike()
