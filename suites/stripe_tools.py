"""Stripe-like tools for the tests, with the transport they need until the product ships its own."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from typing import TypeAlias
from urllib.parse import urlencode, urlsplit

from autobiz_kernel import EffectClass, Execute, Json, Tool
from autobiz_mocks import Served

KEY_HEADER = "Idempotency-Key"
TRIAL_HEADER = "X-AutoBiz-Trial"
TIMEOUT_S = 10.0

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
        return Tool(
            name="stripe",
            version="1",
            operation=operation,
            identity=identity,
            effect_class=EffectClass.PROVIDER_IDEMPOTENT,
            execute=execute,
        )

    async def _refund(self, arguments: Json, external_key: str) -> Json:
        form = {
            "payment_intent": arguments["payment_intent"],
            "amount": arguments["amount"],
            "metadata[refund_id]": arguments["refund_id"],
            "metadata[currency]": arguments["currency"],
        }
        return await self._post("/v1/refunds", form, external_key)

    async def _capture(self, arguments: Json, external_key: str) -> Json:
        path = f"/v1/payment_intents/{arguments['payment_intent']}/capture"
        return await self._post(path, {"amount_to_capture": arguments["amount"]}, external_key)

    async def _void(self, arguments: Json, external_key: str) -> Json:
        path = f"/v1/payment_intents/{arguments['payment_intent']}/cancel"
        return await self._post(path, {"cancellation_reason": "requested_by_customer"}, external_key)

    async def _post(self, path: str, form: Mapping[str, object], external_key: str) -> Json:
        return await asyncio.to_thread(self._send, path, urlencode(form), external_key)

    def _send(self, path: str, body: str, external_key: str) -> Json:
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
        return {"status": response.status, "body": json.loads(answer)}
