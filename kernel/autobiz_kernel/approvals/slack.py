"""Take a click in Slack as a decision: believed first, then who, about what, and what was shown."""

from typing import Any
from uuid import UUID

from autobiz_kernel.webhooks import Delivery, SlackWebhooks, Unbelieved, verify

from .desk import ApprovalDesk
from .identity import IdentityError
from .request import Request, Verdict


def slack_value(request: Request) -> str:
    """Return what a button carries, so that a click on an old message decides nothing new."""
    return f"{request.approval_id}:{request.fingerprint.hex()}"


async def decide_from_slack(
    desk: ApprovalDesk, tenant: UUID, source: SlackWebhooks, delivery: Delivery
) -> Request:
    """Decide as the person who clicked, or raise; nothing is read of a delivery that is not believed."""
    told = verify(source, delivery, now=desk.clock.now())
    if isinstance(told, Unbelieved):
        raise IdentityError(f"Slack's signature says {told.why.value}; nothing was read")
    if len(told.events) != 1:
        raise IdentityError(f"{len(told.events)} clicks at once; a request has one answer")
    user, approval_id, printed, verdict = _read(told.events[0].payload)
    identity = desk.slack_identity(user)
    request = await desk.approvals.look(tenant, approval_id)
    if request is None or request.fingerprint != printed:
        raise IdentityError("the click is about a request, or about arguments, that nobody asks for")
    return await desk.decide(tenant, approval_id, identity, verdict)


def _read(payload: Any) -> tuple[str, UUID, bytes, Verdict]:
    try:
        (action,) = payload["actions"]
        approval_id, printed = action["value"].split(":")
        return (
            str(payload["user"]["id"]),
            UUID(approval_id),
            bytes.fromhex(printed),
            Verdict(action["action_id"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IdentityError("the click is on none of the two buttons of a request") from error
