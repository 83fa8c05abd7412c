"""Send mail through SendGrid, which keeps no keys: a mail is sent at most once unless a person says again."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Final

from autobiz_kernel.clock import Clock
from autobiz_kernel.contract import EffectClass, Json, Recovery, ToolContract
from autobiz_kernel.tool import Refused, Tool
from autobiz_kernel.transport import Account, Answer, Egress, Outgoing, SandboxAccount, Send

from .exchange import Dialect, Exchange, Rejected
from .schemas import FLAG, TEXT, TIMEOUT_MS, closed, identifier, many, words

# RFC 2606 and RFC 6761: nobody can ever own these.
_NOBODY: Final = re.compile(
    r"[^@\s]+@(?:[\w-]+\.)*(?:example\.(?:com|net|org)|example|test|invalid)", re.ASCII
)
_ADDRESS: Final[Json] = {"type": "string", "pattern": r"^[^@\s<>,;]{1,64}@[A-Za-z0-9.-]{1,253}$"}
SEND_MAIL: Final = ToolContract(
    name="sendgrid",
    operation="send_mail",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.WRITE,
    recovery=Recovery.UNREPEATABLE,
    identity=("intent",),
    provider_ref="message_id",
    input_schema=closed(
        {
            "intent": identifier(),
            "to": many(_ADDRESS, most=10),
            "sender": _ADDRESS,
            "subject": words(200),
            "text": words(20_000),
        }
    ),
    output_schema=closed({"message_id": TEXT, "is_sandbox": FLAG}, {"request_id": TEXT}),
)


def judge(answer: Answer, body: dict[str, Any], general: Rejected | None) -> dict[str, Any] | Rejected:
    """Read one answer; a yes has an empty body and its id in a header."""
    if general is None:
        return {"message_id": answer.header("x-message-id"), "status": answer.status}
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return replace(
        general, words=str(first.get("message") or ""), extra={"field": str(first.get("field") or "")}
    )


DIALECT: Final = Dialect(
    name="sendgrid", judge=judge, request_id_header="x-message-id", is_body_required=False
)


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail of one account."""

    exchange: Exchange

    async def send(self, arguments: Json, key: str) -> Json | Refused:
        to: Any = arguments["to"]
        is_sandbox = isinstance(self.exchange.account, SandboxAccount)
        if is_sandbox and not all(_NOBODY.fullmatch(each.lower()) for each in to):
            self.exchange.egress.refuse("sendgrid: a sandbox account was to write to somebody real")
        members = {
            "personalizations": [
                {"to": [{"email": each} for each in to], "custom_args": {"autobiz_key": key}}
            ],
            "from": {"email": arguments["sender"]},
            "subject": arguments["subject"],
            "content": [{"type": "text/plain", "value": arguments["text"]}],
            "mail_settings": {"sandbox_mode": {"enable": is_sandbox}},
        }
        headers = {
            "Authorization": f"Bearer {self.exchange.account.secret.reveal()}",
            "Content-Type": "application/json",
        }
        told = await self.exchange.act(
            Outgoing(
                method="POST",
                path="/v3/mail/send",
                headers=headers,
                body=json.dumps(members).encode(),
                key=key,
            )
        )
        if isinstance(told, Refused):
            return told
        return {
            "message_id": told["message_id"],
            "is_sandbox": is_sandbox,
            "request_id": told["request_id"],
        }


def sendgrid_tools(account: Account, send: Send, egress: Egress, clock: Clock) -> tuple[Tool, ...]:
    """Every tool of one account."""
    mail = Mail(Exchange(account=account, send=send, egress=egress, clock=clock, dialect=DIALECT))
    return (Tool(contract=SEND_MAIL, execute=mail.send),)
