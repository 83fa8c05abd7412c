"""Slack's rules: it posts whatever it is given, and changes only what is there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autobiz_mocks.journal import Served
from autobiz_mocks.stubs import Stub

from .fold import Findings
from .keys import KEY_HEADER
from .written import digits, read_stub


@dataclass(slots=True)
class SlackMachine:
    """One workspace; `messages` by channel and time stamp."""

    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    findings: Findings = field(default_factory=lambda: Findings("slack"))

    def step(self, request: Served) -> None:
        if not request.accepted or request.op not in ("post_approval", "update_approval"):
            return
        message, key = json.loads(request.body), request.header(KEY_HEADER) or ""
        channel = message["channel"]
        if request.op == "update_approval":
            if (channel, message["ts"]) not in self.messages:
                self.findings.breach("unknown_message", "an update of what nobody has posted")
                return
            ts = message["ts"]
        else:
            approval = _payload(message).get("approval")
            if any(
                approval and where == channel and _payload(each).get("approval") == approval
                for (where, _), each in self.messages.items()
            ):
                self.findings.breach("asked_twice", "one approval, two messages")
            ts = f"1{digits(key[8:17])}.{digits(key[17:23])}"
        self.messages[channel, ts] = {**message, "ts": ts}
        self.findings.happened(request.op, key, ts)

    def reads(self) -> Iterator[Stub]:
        for channel in sorted({where for where, _ in self.messages}):
            theirs = [
                {"type": "message", "ts": ts, "text": each["text"], "metadata": each.get("metadata")}
                for (where, ts), each in self.messages.items()
                if where == channel
            ]
            request = {
                "method": "GET",
                "urlPath": "/api/conversations.history",
                "queryParameters": {"channel": {"equalTo": channel}},
            }
            body = {"ok": True, "messages": theirs, "has_more": False}
            yield read_stub("slack", channel, request, body)


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    payload = (message.get("metadata") or {}).get("event_payload")
    return payload if isinstance(payload, dict) else {}
