"""Ask Printful, whose two versions answer in two envelopes and sometimes in the other one's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from autobiz_kernel.clock import Clock
from autobiz_kernel.providers.exchange import Dialect, Exchange, Rejected
from autobiz_kernel.tool import Refused
from autobiz_kernel.transport import Account, Answer, Egress, ErrorClass, Outgoing, Send, UnheardError

DUPLICATE: Final = "OR-13"
_BUSY: Final = 409


def judge(answer: Answer, body: dict[str, Any], general: Rejected | None) -> dict[str, Any] | Rejected:
    """Read one answer."""
    if general is None:
        result = body.get("result", body.get("data"))
        if isinstance(result, list):
            return {"items": result}
        if not isinstance(result, dict):
            raise UnheardError("printful: an answer without a result", error_class=ErrorClass.INTERNAL)
        return result
    error = body.get("error")
    known = error if isinstance(error, dict) else {}
    words = known.get("message") or body.get("detail") or body.get("result") or ""
    code = known.get("api_error_code") or known.get("reason") or body.get("title") or general.code
    told = replace(general, words=str(words), code=str(code))
    if answer.status == _BUSY:
        # Somebody changes this order at this moment: our request was turned away at the door.
        return replace(told, is_final=False, may_have_happened=False)
    return told


DIALECT: Final = Dialect(name="printful", judge=judge, request_id_header="x-request-id")


@dataclass(frozen=True, slots=True)
class PrintfulClient:
    """One store."""

    exchange: Exchange
    store: str = ""

    @classmethod
    def of(
        cls, account: Account, send: Send, egress: Egress, clock: Clock, store: str = ""
    ) -> "PrintfulClient":
        exchange = Exchange(account=account, send=send, egress=egress, clock=clock, dialect=DIALECT)
        return cls(exchange, store)

    async def get(self, path: str) -> dict[str, Any]:
        return await self.exchange.ask(Outgoing(method="GET", path=path, headers=self._headers()))

    async def find(self, path: str) -> dict[str, Any] | None:
        """Return what is there; None if the store says that it is not."""
        told = await self.exchange.act(Outgoing(method="GET", path=path, headers=self._headers()))
        if isinstance(told, Refused):
            if told.result.get("code") in ("NotFound", "http_404", "Not Found"):
                return None
            raise UnheardError(
                f"printful GET {path}: {told.result['code']}", error_class=ErrorClass.VALIDATION
            )
        return told

    async def act(
        self, method: str, path: str, key: str, members: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | Refused:
        body = b"" if members is None else json.dumps(members).encode()
        headers = self._headers() | ({"Content-Type": "application/json"} if body else {})
        return await self.exchange.act(
            Outgoing(method=method, path=path, headers=headers, body=body, key=key)
        )

    def _headers(self) -> dict[str, str]:
        store = {"X-PF-Store-Id": self.store} if self.store else {}
        return {"Authorization": f"Bearer {self.exchange.account.secret.reveal()}", **store}
