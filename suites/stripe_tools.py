"""Stripe-like tools for the tests, with the transport they need until the product ships its own."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from typing import TypeAlias
from urllib.parse import urlencode, urlsplit

from autobiz_kernel import EffectClass, Execute, Json, Recovery, Refused, Tool, ToolContract
from autobiz_mocks import Served

KEY_HEADER = "Idempotency-Key"
TRIAL_HEADER = "X-AutoBiz-Trial"
TIMEOUT_S = 10.0
_TEXT: Json = {"type": "string", "minLength": 1, "maxLength": 64}
_WHOLE: Json = {"type": "integer"}
_BODY: Json = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("id", "object", "status", "payment_intent", "currency")},
        **dict.fromkeys(("amount", "amount_received"), _WHOLE),
    },
    "additionalProperties": False,
}

ReadJournal: TypeAlias = Callable[[], tuple[Served, ...]]


class ProviderSilentError(Exception):
    """The provider gave no definitive answer, so whether it acted is unknown."""


class StripeTools:
    """One trial's tools; all its requests carry the trial's name, so that its journal can be told apart."""

    def __init__(self, url: str, *, trial: str) -> None:
        self._netloc = urlsplit(url).netloc
        self._trial = trial
        self._idle: deque[HTTPConnection] = deque()
        self.refund = self._tool("refund", ("payment_intent", "refund_id"), self._refund)
        self.capture = self._tool("capture", ("payment_intent",), self._capture)
        self.void = self._tool("void", ("payment_intent",), self._void)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _tool(self, operation: str, identity: tuple[str, ...], execute: Execute) -> Tool:
        properties: dict[str, Json] = {"payment_intent": _TEXT, "currency": _TEXT, "amount": _WHOLE}
        # What tells one delivery from another is known here only so that a careless identity can name it.
        properties |= {"refund_id": _TEXT, "delivery": _TEXT} if operation == "refund" else {}
        contract = ToolContract(
            name="stripe",
            operation=operation,
            version="1",
            effect_class=EffectClass.FINANCIAL,
            recovery=Recovery.PROVIDER_IDEMPOTENT,
            identity=identity,
            amount="amount",
            currency="currency",
            provider_ref="body.id",
            timeout_ms=int(TIMEOUT_S * 1000),
            input_schema={
                "type": "object",
                "properties": properties,
                "required": [*identity, "currency", "amount"],
                "additionalProperties": False,
            },
            output_schema={
                "type": "object",
                "properties": {"status": _WHOLE, "body": _BODY},
                "required": ["status", "body"],
                "additionalProperties": False,
            },
        )
        return Tool(contract=contract, execute=execute)

    async def _refund(self, arguments: Json, external_key: str) -> Json | Refused:
        form = {
            "payment_intent": arguments["payment_intent"],
            "amount": arguments["amount"],
            "metadata[refund_id]": arguments["refund_id"],
            "metadata[currency]": arguments["currency"],
        }
        return await self._post("/v1/refunds", form, external_key)

    async def _capture(self, arguments: Json, external_key: str) -> Json | Refused:
        path = f"/v1/payment_intents/{arguments['payment_intent']}/capture"
        return await self._post(path, {"amount_to_capture": arguments["amount"]}, external_key)

    async def _void(self, arguments: Json, external_key: str) -> Json | Refused:
        path = f"/v1/payment_intents/{arguments['payment_intent']}/cancel"
        return await self._post(path, {"cancellation_reason": "requested_by_customer"}, external_key)

    async def _post(self, path: str, form: Mapping[str, object], external_key: str) -> Json | Refused:
        return await asyncio.to_thread(self._send, path, urlencode(form), external_key)

    def _send(self, path: str, body: str, external_key: str) -> Json | Refused:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            KEY_HEADER: external_key,
            TRIAL_HEADER: self._trial,
        }
        connection = self._idle.pop() if self._idle else HTTPConnection(self._netloc, timeout=TIMEOUT_S)
        try:
            connection.request("POST", path, body=body, headers=headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, HTTPException) as error:
            connection.close()
            raise ProviderSilentError(f"POST {path}: {error!r}") from error
        self._idle.append(connection)
        if response.status >= 500:
            raise ProviderSilentError(f"POST {path}: status {response.status}")
        result: Json = {"status": response.status, "body": json.loads(answer)}
        return Refused(result=result) if response.status >= 400 else result
