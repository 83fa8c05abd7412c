"""Ask people for approval in Slack, whose errors come with status 200 and whose ids look like numbers."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from autobiz_kernel.clock import Clock
from autobiz_kernel.contract import EffectClass, Json, Recovery, ToolContract
from autobiz_kernel.tool import Found, Refused, Tool
from autobiz_kernel.transport import (
    Account,
    Answer,
    Egress,
    ErrorClass,
    Outgoing,
    SandboxAccount,
    Send,
    UnheardError,
    text,
)

from .exchange import Dialect, Exchange, Rejected
from .schemas import TEXT, TIMEOUT_MS, closed, identifier, one_of, words

EVENT_TYPE: Final = "autobiz_approval"
PAGES_MAX: Final = 20
_TEST_CHANNEL: Final = re.compile(r"CTEST[A-Z0-9]*")
_CHANNEL: Final = identifier("[CGD][A-Z0-9]{2,20}")
_TS: Final = identifier(r"[0-9]{10}\.[0-9]{6}")
_POSTED: Final = closed({"channel": TEXT, "ts": TEXT}, {"request_id": TEXT})
_APPROVAL: Final = identifier("[A-Za-z0-9-]{1,64}")
POST_APPROVAL: Final = ToolContract(
    name="slack",
    operation="post_approval",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.WRITE,
    recovery=Recovery.QUERYABLE,
    identity=("approval",),
    provider_ref="ts",
    input_schema=closed(
        {
            "channel": _CHANNEL,
            "approval": _APPROVAL,
            "arguments_digest": identifier("[0-9a-f]{64}"),
            "summary": words(2000),
        }
    ),
    output_schema=_POSTED,
)
UPDATE_APPROVAL: Final = ToolContract(
    name="slack",
    operation="update_approval",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.WRITE,
    recovery=Recovery.QUERYABLE,
    identity=("approval", "state"),
    provider_ref="ts",
    input_schema=closed(
        {
            "channel": _CHANNEL,
            "ts": _TS,
            "approval": _APPROVAL,
            "state": one_of("approved", "denied", "expired"),
            "summary": words(2000),
        }
    ),
    output_schema=_POSTED,
)
_AUTH: Final = frozenset(
    {"account_inactive", "invalid_auth", "missing_scope", "no_permission", "not_authed", "token_expired"}
    | {"token_revoked"}
)
_OPEN: Final = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_LATER: Final = frozenset({"rate_limited", "ratelimited"})


def judge(_answer: Answer, body: dict[str, Any], general: Rejected | None) -> dict[str, Any] | Rejected:
    """Read one answer: a yes says so."""
    if body.get("ok") is True and general is None:
        return body
    error = body.get("error")
    if not isinstance(error, str):
        if general is not None:
            return general
        raise UnheardError("slack: an answer that says neither yes nor no", error_class=ErrorClass.INTERNAL)
    told = general or Rejected(error_class=ErrorClass.VALIDATION, code=error, is_final=True)
    if error in _AUTH:
        return replace(told, error_class=ErrorClass.AUTH, code=error, is_final=False)
    if error in _OPEN:
        return replace(
            told, error_class=ErrorClass.TRANSIENT, code=error, is_final=False, may_have_happened=True
        )
    if error in _LATER:
        return replace(told, error_class=ErrorClass.TRANSIENT, code=error, is_final=False)
    return replace(told, code=error)


DIALECT: Final = Dialect(name="slack", judge=judge, request_id_header="x-slack-req-id")


@dataclass(frozen=True, slots=True)
class Approvals:
    """The approvals that are asked for in one workspace."""

    exchange: Exchange

    async def post(self, arguments: Json, key: str) -> Json | Refused:
        members = {
            "text": arguments["summary"],
            "blocks": _asking(arguments),
            "metadata": _metadata(arguments, key, "asked"),
        }
        return await self._write("/api/chat.postMessage", arguments, members, key)

    async def find_posted(self, arguments: Json, key: str) -> Found:
        return await self._find(arguments, key, {})

    async def update(self, arguments: Json, key: str) -> Json | Refused:
        members = {
            "ts": arguments["ts"],
            "text": arguments["summary"],
            "blocks": [_section(arguments)],
            "metadata": _metadata(arguments, key, str(arguments["state"])),
        }
        return await self._write("/api/chat.update", arguments, members, key)

    async def find_updated(self, arguments: Json, key: str) -> Found:
        at = str(arguments["ts"])
        return await self._find(arguments, key, {"oldest": at, "latest": at, "inclusive": "true"})

    async def _write(self, path: str, arguments: Json, members: dict[str, Any], key: str) -> Json | Refused:
        channel = str(arguments["channel"])
        if isinstance(self.exchange.account, SandboxAccount) and not _TEST_CHANNEL.fullmatch(channel):
            self.exchange.egress.refuse("slack: a sandbox account was to write into a real channel")
        headers = self._headers() | {"Content-Type": "application/json; charset=utf-8"}
        body = json.dumps({"channel": channel, **members}).encode()
        told = await self.exchange.act(
            Outgoing(method="POST", path=path, headers=headers, body=body, key=key)
        )
        return told if isinstance(told, Refused) else _posted(told, channel, told["request_id"])

    async def _find(self, arguments: Json, key: str, window: dict[str, str]) -> Found:
        channel, cursor = str(arguments["channel"]), ""
        for _ in range(PAGES_MAX):
            query = {"channel": channel, "include_all_metadata": "true", "limit": "200", **window}
            query |= {"cursor": cursor} if cursor else {}
            path = f"/api/conversations.history?{urlencode(query)}"
            told = await self.exchange.ask(Outgoing(method="GET", path=path, headers=self._headers()))
            messages = told.get("messages")
            for each in messages if isinstance(messages, list) else []:
                if _key_of(each) == key:
                    return Found(result=_posted(each, channel, ""))
            following = told.get("response_metadata")
            cursor = str(following.get("next_cursor") or "") if isinstance(following, dict) else ""
            if told.get("has_more") is not True or not cursor:
                return Found(result=None)
        raise UnheardError(f"slack: over {PAGES_MAX} pages of messages", error_class=ErrorClass.INTERNAL)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.exchange.account.secret.reveal()}"}


def slack_tools(account: Account, send: Send, egress: Egress, clock: Clock) -> tuple[Tool, ...]:
    """Every tool of one workspace."""
    approvals = Approvals(Exchange(account=account, send=send, egress=egress, clock=clock, dialect=DIALECT))
    return (
        Tool(contract=POST_APPROVAL, execute=approvals.post, look_up=approvals.find_posted),
        Tool(contract=UPDATE_APPROVAL, execute=approvals.update, look_up=approvals.find_updated),
    )


def _asking(arguments: Json) -> list[dict[str, Any]]:
    """The two buttons carry what they are about, so that a click on an old message approves nothing new."""
    value = f"{arguments['approval']}:{arguments['arguments_digest']}"
    buttons = [
        {
            "type": "button",
            "action_id": action,
            "text": {"type": "plain_text", "text": action.capitalize()},
            "style": style,
            "value": value,
        }
        for action, style in (("approve", "primary"), ("deny", "danger"))
    ]
    return [
        _section(arguments),
        {"type": "actions", "block_id": f"approval:{arguments['approval']}", "elements": buttons},
    ]


def _section(arguments: Json) -> dict[str, Any]:
    # Plain text: what comes from an order is not read as markup.
    return {"type": "section", "text": {"type": "plain_text", "text": arguments["summary"]}}


def _metadata(arguments: Json, key: str, state: str) -> dict[str, Any]:
    payload = {"approval": arguments["approval"], "autobiz_key": key, "state": state}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _key_of(message: Any) -> str:
    match message:
        case {"metadata": {"event_type": kind, "event_payload": {"autobiz_key": str(key)}}}:
            return key if kind == EVENT_TYPE else ""
    return ""


def _posted(told: dict[str, Any], channel: str, request_id: str) -> Json:
    # A number would lose the last digits, and with them the message.
    return {
        "channel": channel,
        "ts": text(told.get("ts"), where="slack message: ts"),
        "request_id": request_id,
    }
