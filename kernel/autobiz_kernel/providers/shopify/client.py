"""Ask Shopify's GraphQL, whose errors mostly come with status 200."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from autobiz_kernel.clock import Clock
from autobiz_kernel.providers.exchange import Dialect, Exchange, Rejected, refused
from autobiz_kernel.tool import Refused
from autobiz_kernel.transport import Account, Answer, Egress, ErrorClass, Outgoing, Send, UnheardError

API_VERSION: Final = "2026-10"
_AUTH: Final = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE", "UNAUTHORIZED"})
# Under these words something may have been done before it went wrong.
_OPEN: Final = frozenset({"INTERNAL_SERVER_ERROR", "INTERNAL_ERROR", "TIMEOUT"})
_FROZEN: Final = frozenset({402, 423})


def judge(answer: Answer, body: dict[str, Any], general: Rejected | None) -> dict[str, Any] | Rejected:
    """Read one answer."""
    if general is not None:
        told = replace(general, words=_first_words(body.get("errors")))
        is_frozen = answer.status in _FROZEN
        return replace(told, error_class=ErrorClass.AUTH, is_final=False) if is_frozen else told
    errors = body.get("errors")
    if errors:
        return _of_graphql(errors, body)
    data = body.get("data")
    if not isinstance(data, dict):
        raise UnheardError(
            "shopify: an answer without data and without errors", error_class=ErrorClass.INTERNAL
        )
    return data


DIALECT: Final = Dialect(name="shopify", judge=judge, request_id_header="x-request-id")


@dataclass(frozen=True, slots=True)
class ShopifyClient:
    """One shop."""

    exchange: Exchange

    @classmethod
    def of(cls, account: Account, send: Send, egress: Egress, clock: Clock) -> "ShopifyClient":
        return cls(Exchange(account=account, send=send, egress=egress, clock=clock, dialect=DIALECT))

    async def query(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        return await self.exchange.ask(self._outgoing(document, variables, ""))

    async def mutate(
        self, document: str, variables: Mapping[str, Any], key: str, *, field: str, errors: str = "userErrors"
    ) -> dict[str, Any] | Refused:
        """Run one mutation; what it says in its field's own errors is its answer too."""
        told = await self.exchange.act(self._outgoing(document, variables, key))
        if isinstance(told, Refused):
            return told
        payload = told.get(field)
        if not isinstance(payload, dict):
            raise UnheardError(f"shopify {field}: no payload", error_class=ErrorClass.INTERNAL)
        complaints = payload.get(errors) or payload.get("userErrors")
        if complaints:
            return self._of_user_errors(field, complaints, told["request_id"])
        return {**payload, "request_id": told["request_id"]}

    def _outgoing(self, document: str, variables: Mapping[str, Any], key: str) -> Outgoing:
        headers = {
            "X-Shopify-Access-Token": self.exchange.account.secret.reveal(),
            "Content-Type": "application/json",
        }
        body = json.dumps({"query": document, "variables": dict(variables)}).encode()
        path = f"/admin/api/{API_VERSION}/graphql.json"
        return Outgoing(method="POST", path=path, headers=headers, body=body, key=key)

    def _of_user_errors(self, field: str, complaints: Any, request_id: str) -> Refused:
        first = complaints[0] if isinstance(complaints, list) and complaints else {}
        code = str(first.get("code") or "invalid") if isinstance(first, dict) else "invalid"
        if code in _OPEN:
            raise UnheardError(f"shopify {field}: {code}", code=code, request_id=request_id)
        told = Rejected(error_class=ErrorClass.VALIDATION, code=code, words=_first_words(complaints))
        return refused(told, request_id)


def _of_graphql(errors: Any, body: dict[str, Any]) -> Rejected:
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    extensions = first.get("extensions")
    code = str(extensions.get("code", "")) if isinstance(extensions, dict) else ""
    words = _first_words(errors)
    if code == "THROTTLED":
        return Rejected(error_class=ErrorClass.TRANSIENT, code=code, words=words, wait_s=_wait(body))
    if code in _AUTH:
        return Rejected(error_class=ErrorClass.AUTH, code=code, words=words)
    if code in _OPEN or not code:
        return Rejected(error_class=ErrorClass.TRANSIENT, code=code, words=words, may_have_happened=True)
    return Rejected(error_class=ErrorClass.INTERNAL, code=code, words=words)


def _wait(body: dict[str, Any]) -> float | None:
    """Return how long until there are enough points for the request again."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        lacking = Decimal(str(cost["requestedQueryCost"])) - Decimal(str(status["currentlyAvailable"]))
        return max(0.0, float(lacking / Decimal(str(status["restoreRate"]))))
    except (ArithmeticError, KeyError, TypeError):
        return None


def _first_words(errors: Any) -> str:
    """Shopify's errors are a text, an object of lists, or a list of objects with a message."""
    match errors:
        case str():
            return errors
        case [{"message": str(message)}, *_]:
            return message
        case {**named} if named:
            first = next(iter(named.values()))
            return _first_words(first[0] if isinstance(first, list) and first else first)
    return ""
