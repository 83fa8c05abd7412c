"""SendGrid's rules: it sends whatever it is given, as often as it is given; to nobody real in a test."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autobiz_mocks.journal import Served
from autobiz_mocks.stubs import Stub

from .fold import Findings
from .keys import KEY_HEADER

_NOBODY = re.compile(r".+@(?:[\w-]+\.)*(?:example\.(?:com|net|org)|example|test|invalid)", re.ASCII)


@dataclass(slots=True)
class SendgridMachine:
    """One account, and what it has sent."""

    findings: Findings = field(default_factory=lambda: Findings("sendgrid"))
    _sent: dict[str, Any] = field(default_factory=dict)

    def step(self, request: Served) -> None:
        if request.op != "send_mail" or not request.accepted:
            return
        mail = json.loads(request.body)
        key = request.header(KEY_HEADER) or ""
        to = [each["email"] for part in mail["personalizations"] for each in part["to"]]
        if mail.get("mail_settings", {}).get("sandbox_mode", {}).get("enable") is not True:
            self.findings.breach("outside_sandbox", "a mail that would have been delivered")
        if not all(_NOBODY.fullmatch(each) for each in to):
            self.findings.breach("real_recipient", "a mail to somebody whom nobody reserved for examples")
        intent = mail["personalizations"][0]["custom_args"]["autobiz_key"]
        if intent in self._sent:
            self.findings.breach("mailed_twice", "one intent, two mails")
        self._sent[intent] = mail
        self.findings.happened("send_mail", key, intent)

    def reads(self) -> Iterator[Stub]:
        return iter(())
