"""The small shop's requests as a client of the API sees them, and as a server speaks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from autobiz_kernel.approvals import ApprovalApi, ApprovalDesk, Request
from autobiz_kernel.workflow import Standing

from ..approvers import KEYED, token
from .place import Shop, refund, shop_in_memory


class Place:
    """A shop with a request that waits, and its API as a client sees it."""

    def __init__(self) -> None:
        self.shop: Shop = shop_in_memory(KEYED)
        self.wrong: list[Exception] = []
        self.opened = 0
        self.api = ApprovalApi(
            tenants=frozenset({self.shop.tenant}), opening=self.opening, on_error=self.wrong.append
        )

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[ApprovalDesk]:
        self.opened += 1
        yield self.shop.desk

    @property
    def path(self) -> str:
        return f"/v1/tenants/{self.shop.tenant}/approvals"

    async def held(self) -> Request:
        run_id = await self.shop.start("refund", refund(amount=6_000))
        assert await self.shop.advance(run_id) is Standing.SUSPENDED
        (request,) = await self.shop.waiting()
        return request

    def token(self, name: str = "ann", **said: Any) -> str:
        return token(name, now=self.shop.clock.now(), **said)

    async def ask(
        self, method: str, rest: str = "", *, by: str | None = "ann", tenant: object = "", **sent: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token(by)}"} if by else {}
        headers |= sent.pop("headers", {})
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.api), base_url="http://127.0.0.1"
        ) as client:
            where = f"/v1/tenants/{tenant or self.shop.tenant}/approvals{rest}"
            return await client.request(method, where, headers=headers, **sent)

    async def decide(self, request: Request, by: str | None = "ann", **said: Any) -> httpx.Response:
        body = {"verdict": "approve", "fingerprint": request.fingerprint.hex()} | said
        return await self.ask("POST", f"/{request.approval_id}/decision", by=by, json=body)


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()["error"]["code"]


async def spoken_to(place: Place, scope: dict[str, Any], *messages: dict[str, Any]) -> list[Any]:
    """What the application says to a server that speaks to it like this."""
    said: list[Any] = []
    heard = iter(messages)

    async def receive() -> Any:
        return next(heard)

    async def send(message: Any) -> None:
        said.append(message)

    await place.api(scope, receive, send)
    return said
