"""Read a decision that was clicked in Slack: the signature first, then who, and about which arguments."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import parse_qs
from uuid import UUID

import orjson

from .desk import ApprovalDesk
from .identity import IdentityError
from .request import Request, Verdict

SKEW_MAX: Final = timedelta(seconds=300)
BYTES_MAX: Final = 256 * 1024


class Verifies(Protocol):
    """Whoever can tell whether Slack has sent a body."""

    def __call__(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSigned:
    """Slack's own scheme, version 0: an HMAC over moment and raw body, within five minutes of now."""

    secret: bytes = field(repr=False)

    def __call__(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
        given = {name.lower(): value for name, value in headers.items()}
        moment = given.get("x-slack-request-timestamp", "")
        # ASCII digits alone: other scripts' digits are digits too, and a sign or a dot is none.
        if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
            return False
        if abs(now.timestamp() - int(moment)) > SKEW_MAX.total_seconds():
            return False
        told = hmac.new(self.secret, b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"v0={told}".encode(), given.get("x-slack-signature", "").encode())


def slack_value(request: Request) -> str:
    """Return what a button carries, so that a click is about the arguments that were shown beside it."""
    return f"{request.tenant}:{request.approval_id}:{request.fingerprint.hex()}"


async def decide_from_slack(
    desk: ApprovalDesk, headers: Mapping[str, str], body: bytes, *, verifies: Verifies
) -> Request:
    """Take a click as a decision, or raise; nothing is read of a body before its signature is right."""
    if len(body) > BYTES_MAX or not verifies(headers, body, now=desk.clock.now()):
        raise IdentityError("Slack has not sent this, or not within the last five minutes")
    user, tenant, approval_id, printed, verdict = _read(body)
    identity = desk.slack_identity(user)
    request = await desk.approvals.look(tenant, approval_id)
    if request is None or request.fingerprint != printed:
        raise IdentityError("the click is about a request, or about arguments, that nobody asks for")
    return await desk.decide(tenant, approval_id, identity, verdict)


def _read(body: bytes) -> tuple[str, UUID, UUID, bytes, Verdict]:
    try:
        payload: Any = orjson.loads(parse_qs(body.decode(), strict_parsing=True)["payload"][0])
        (action,) = payload["actions"]
        tenant, approval_id, printed = action["value"].split(":")
        return (
            str(payload["user"]["id"]),
            UUID(tenant),
            UUID(approval_id),
            bytes.fromhex(printed),
            Verdict(action["action_id"]),
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise IdentityError("the click is none of the two buttons of a request") from error
