"""Ask Stripe, and check that what it says is about what was asked."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from autobiz_kernel.clock import Clock
from autobiz_kernel.money import from_stripe
from autobiz_kernel.providers.exchange import Exchange
from autobiz_kernel.tool import Refused
from autobiz_kernel.transport import (
    Account,
    Egress,
    ErrorClass,
    Outgoing,
    SandboxAccount,
    Send,
    UnheardError,
    text,
    whole,
)

from .answers import DIALECT
from .form import form

API_VERSION: Final = "2026-10-28.endive"
PAGES_MAX: Final = 20
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class StripeClient:
    """One Stripe account."""

    exchange: Exchange

    @classmethod
    def of(cls, account: Account, send: Send, egress: Egress, clock: Clock) -> "StripeClient":
        return cls(Exchange(account=account, send=send, egress=egress, clock=clock, dialect=DIALECT))

    async def post(self, path: str, members: Mapping[str, Any], key: str) -> dict[str, Any] | Refused:
        """Cause an effect under a key."""
        headers = self._headers() | {"Content-Type": "application/x-www-form-urlencoded"}
        return self._of_this_mode(
            await self.exchange.act(
                Outgoing(method="POST", path=path, headers=headers, body=form(members), key=key)
            )
        )

    async def compute(self, path: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """Post what changes nothing."""
        headers = self._headers() | {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.exchange.ask(
            Outgoing(method="POST", path=path, headers=headers, body=form(members))
        )

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        asked = f"{path}?{urlencode(query)}" if query else path
        found = await self.exchange.ask(Outgoing(method="GET", path=asked, headers=self._headers()))
        self._of_this_mode(found)
        return found

    async def every(self, path: str, query: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        """Go through a list, page by page; search would be behind by minutes, and a list is not."""
        after: dict[str, str] = {}
        for _ in range(PAGES_MAX):
            page = await self.get(path, {**query, "limit": str(_PAGE), **after})
            items = page.get("data")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise UnheardError(f"stripe GET {path}: no list", error_class=ErrorClass.INTERNAL)
            for item in items:
                yield item
            if not items or page.get("has_more") is not True:
                return
            after = {"starting_after": text(items[-1].get("id"), where=f"stripe GET {path}: id")}
        raise UnheardError(f"stripe GET {path}: over {PAGES_MAX} pages", error_class=ErrorClass.INTERNAL)

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.exchange.account.secret.reveal()}",
            "Stripe-Version": API_VERSION,
        }

    def _of_this_mode(self, told: dict[str, Any] | Refused) -> dict[str, Any] | Refused:
        is_live = isinstance(told, dict) and told.get("livemode") is True
        if is_live and isinstance(self.exchange.account, SandboxAccount):
            self.exchange.egress.refuse("stripe: a sandbox account was answered by a live one")
        return told


def minor(told: Mapping[str, Any], name: str, currency: str, *, where: str) -> int:
    """Return an amount of an answer in smallest units; it must be in the currency that was asked for."""
    if str(told.get("currency", "")).upper() != currency:
        raise UnheardError(f"{where}: another currency than was asked for", error_class=ErrorClass.INTERNAL)
    return from_stripe(whole(told.get(name), where=f"{where}: {name}"), currency)
