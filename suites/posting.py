"""The five senders of webhooks: how each signs, what it tells, and the door that believes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from autobiz_kernel.webhooks import (
    Delivery,
    PrintfulWebhooks,
    SendgridWebhooks,
    ShopifyWebhooks,
    SlackWebhooks,
    Source,
    StripeWebhooks,
)
from autobiz_mocks.deliveries import (
    PrintfulSigner,
    SendgridSigner,
    ShopifySigner,
    Signer,
    SlackSigner,
    StripeSigner,
    written,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SHOP = "autobiz-dev.example"
WORD, OTHER = "whsec-fake-one", "whsec-fake-two"
HEX, OTHER_HEX = "ab" * 32, "cd" * 32
# A key of a number, so that every run signs the same bytes.
KEY, OTHER_KEY = (ec.derive_private_key(number, ec.SECP256R1()) for number in (7, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One provider: its door, its signer, a stranger's signer, and what it has to tell."""

    door: Source
    signer: Signer
    stranger: Signer
    tell: Callable[[int], Any]
    is_timed: bool = True
    about: Mapping[str, str] = field(default_factory=dict)

    def delivery(self, number: int = 1, *, at: datetime = NOW, signer: Signer | None = None) -> Delivery:
        about = {**self.about, **({"event-id": f"ev-{number}"} if self.about else {})}
        return (signer or self.signer).sign(written(self.tell(number)), at, about=about)


def _stripe(number: int) -> Any:
    return {
        "id": f"evt_{number}",
        "object": "event",
        "livemode": False,
        "type": "charge.refunded",
        "created": 1767268800,
        "data": {"object": {"id": f"ch_{number}", "amount": 1999}},
    }


def _shopify(number: int) -> Any:
    return {"id": 1000 + number, "admin_graphql_api_id": f"gid://shopify/Order/{1000 + number}", "note": "x"}


def _sendgrid(number: int) -> Any:
    return [
        {
            "email": "a@example.com",
            "timestamp": 1767268800,
            "event": "delivered",
            "sg_event_id": f"sg-{number}",
            "sg_message_id": "m-1",
            "autobiz_key": f"autobiz:{number}",
        }
    ]


def _slack(number: int) -> Any:
    return {
        "type": "block_actions",
        "team": {"id": "TTEST"},
        "user": {"id": f"U{number}"},
        "actions": [
            {
                "action_id": "approve",
                "block_id": "approval:a-1",
                "value": "a-1:ab",
                "action_ts": "1767268800.000100",
            }
        ],
    }


def _printful(number: int) -> Any:
    return {
        "type": "shipment_sent",
        "occurred_at": "2026-01-01T12:00:00Z",
        "retries": 0,
        "store_id": 11,
        "data": {"order": {"id": 900}, "shipment": {"id": number}},
    }


SENDERS: Mapping[str, Sender] = {
    "stripe": Sender(
        door=StripeWebhooks(secrets=(WORD,)),
        signer=StripeSigner((WORD,)),
        stranger=StripeSigner((OTHER,)),
        tell=_stripe,
    ),
    "shopify": Sender(
        door=ShopifyWebhooks(secrets=(WORD,), shop=SHOP),
        signer=ShopifySigner(WORD, SHOP),
        stranger=ShopifySigner(OTHER, SHOP),
        tell=_shopify,
        is_timed=False,
        about={"topic": "orders/updated"},
    ),
    "sendgrid": Sender(
        door=SendgridWebhooks(public_key=SendgridSigner(KEY).public_key),
        signer=SendgridSigner(KEY),
        stranger=SendgridSigner(OTHER_KEY),
        tell=_sendgrid,
    ),
    "slack": Sender(
        door=SlackWebhooks(secrets=(WORD,), team="TTEST"),
        signer=SlackSigner(WORD),
        stranger=SlackSigner(OTHER),
        tell=_slack,
    ),
    "printful": Sender(
        door=PrintfulWebhooks(secrets=(HEX,), store=11),
        signer=PrintfulSigner(HEX),
        stranger=PrintfulSigner(OTHER_HEX),
        tell=_printful,
        is_timed=False,
    ),
}
TIMED = [name for name, sender in SENDERS.items() if sender.is_timed]
