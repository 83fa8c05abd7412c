"""Decisions over HTTP: what waits, what it is about, and what a person who is known says to it.

An ASGI application, so any server of that kind serves it. Nothing is answered to anybody who is not known.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from autobiz_kernel.transport import strict_json

from .asgi import HttpError, HttpRequest, Receive, Scope, Send, answer, read_request
from .bearer import identity_of_token
from .desk import ApprovalDesk
from .identity import Identity, IdentityError
from .request import DecisionError, NotEntitledError, Request, Verdict, aged
from .telling import told_of, told_of_one

LIMIT_MAX: Final = 200
REASON_MAX: Final = 500
_MEMBERS: Final = frozenset({"verdict", "fingerprint", "reason", "override"})


@dataclass(slots=True, kw_only=True)
class ApprovalApi:
    """One business's requests. `opening` opens the desk, again after something has gone wrong with it.

    `on_error` hears of what is answered as 503: whoever asks is told nothing of it.
    """

    tenants: frozenset[UUID]
    opening: Callable[[], AbstractAsyncContextManager[ApprovalDesk]]
    on_error: Callable[[Exception], None]
    _opened: AsyncExitStack | None = None
    _desk: ApprovalDesk | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as a server of ASGI asks."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self._desk_now()
                except Exception as error:
                    await send({"type": "lifespan.startup.failed", "message": type(error).__name__})
                    raise
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            told = await self._answer(await read_request(scope, receive))
        except HttpError as error:
            said = {"error": {"code": error.code, "message": error.words}}
            await answer(send, error.status, said, error.headers)
        except Exception as error:  # noqa: BLE001  # a database that is away: nobody is told how we are built
            self.on_error(error)
            await self._close()
            said = {"error": {"code": "unavailable", "message": "nothing was decided; ask again in a moment"}}
            await answer(send, 503, said, {"retry-after": "1"})
        else:
            await answer(send, 200, told)

    async def _answer(self, request: HttpRequest) -> object:
        tenant, rest = self._place(request.path)
        # Known before anything else is said: a stranger cannot tell what is there from what is not.
        desk = await self._desk_now()
        identity = _known(request, desk, tenant)
        if tenant not in self.tenants:
            raise HttpError(404, "not_found", "there is no such tenant")
        match rest:
            case []:
                _only(request, "GET")
                return await self._list(desk, tenant, request)
            case [approval_id]:
                _only(request, "GET")
                _no_query(request)
                return await self._show(desk, tenant, _id(approval_id))
            case [approval_id, "decision"]:
                _only(request, "POST")
                _no_query(request)
                return await self._decide(desk, tenant, _id(approval_id), identity, request)
        raise HttpError(404, "not_found", "there is nothing here; see the reference for what is")

    async def _list(self, desk: ApprovalDesk, tenant: UUID, request: HttpRequest) -> object:
        limit, now = _limit(request.query), desk.clock.now()
        found = [aged(each, now=now) for each in await desk.approvals.open_ones(tenant, limit=limit)]
        return {"approvals": [told_of(each) for each in found if each.status.is_open]}

    async def _show(self, desk: ApprovalDesk, tenant: UUID, approval_id: UUID) -> object:
        found = aged(await _request(desk, tenant, approval_id), now=desk.clock.now())
        return told_of_one(found, late=await desk.approvals.late_ones(tenant, approval_id))

    async def _decide(
        self, desk: ApprovalDesk, tenant: UUID, approval_id: UUID, identity: Identity, request: HttpRequest
    ) -> object:
        verdict, printed, reason, is_override = _said(request)
        found = await _request(desk, tenant, approval_id)
        if found.fingerprint != printed:
            raise HttpError(409, "changed", "this is about other arguments than the ones that were looked at")
        decide = desk.overrule if is_override else desk.decide
        try:
            told = await decide(tenant, approval_id, identity, verdict, reason=reason)
        except NotEntitledError as error:
            raise HttpError(403, "forbidden", str(error)) from error
        except DecisionError as error:
            raise HttpError(409, "conflict", str(error)) from error
        return told_of(told)

    def _place(self, path: str) -> tuple[UUID, list[str]]:
        match path.split("/"):
            case ["", "v1", "tenants", tenant, "approvals", *rest]:
                return _id(tenant), rest
        raise HttpError(404, "not_found", "there is nothing here; see the reference for what is")

    async def _desk_now(self) -> ApprovalDesk:
        async with self._turn:
            if self._desk is None:
                self._opened = AsyncExitStack()
                self._desk = await self._opened.enter_async_context(self.opening())
            return self._desk

    async def _close(self) -> None:
        async with self._turn:
            opened, self._opened, self._desk = self._opened, None, None
        if opened is not None:
            try:
                await opened.aclose()
            except Exception as error:  # noqa: BLE001  # what is broken may not even close
                self.on_error(error)


def _known(request: HttpRequest, desk: ApprovalDesk, tenant: UUID) -> Identity:
    scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        words = "a token is needed, once: Authorization: Bearer ..."
        raise HttpError(401, "unknown", words, www_authenticate="Bearer")
    try:
        return identity_of_token(token, desk.people, tenant=tenant, now=desk.clock.now())
    except IdentityError as error:
        raise HttpError(401, "unknown", str(error), www_authenticate="Bearer") from error


async def _request(desk: ApprovalDesk, tenant: UUID, approval_id: UUID) -> Request:
    found = await desk.approvals.look(tenant, approval_id)
    if found is None:
        raise HttpError(404, "not_found", f"request {approval_id}: not there for this tenant")
    return found


def _only(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise HttpError(405, "method", f"only {method} is answered here", allow=method)


def _no_query(request: HttpRequest) -> None:
    if request.query:
        raise HttpError(400, "query", "nothing is asked for behind a question mark here")


def _id(text: str) -> UUID:
    try:
        found = UUID(text)
    except ValueError:
        found = None
    # One way to write it, so that one thing has one address.
    if found is None or str(found) != text:
        raise HttpError(404, "not_found", "an id is written as 32 small hexadecimal digits in five groups")
    return found


def _limit(query: bytes) -> int:
    try:
        asked = parse_qsl(query.decode("ascii"), strict_parsing=True, max_num_fields=4) if query else []
    except ValueError as error:
        raise HttpError(400, "query", "only limit can be asked for, once") from error
    if not asked:
        return 50
    (name, value), *more = asked
    is_number = value.isascii() and value.isdecimal() and len(value) <= 3
    if name != "limit" or more or not is_number or not 1 <= int(value) <= LIMIT_MAX:
        raise HttpError(400, "query", f"only limit can be asked for, once, from 1 to {LIMIT_MAX}")
    return int(value)


def _said(request: HttpRequest) -> tuple[Verdict, bytes, str, bool]:
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HttpError(415, "type", "a decision is sent as application/json")
    try:
        said: Any = strict_json(request.body)
    except (ValueError, RecursionError) as error:
        raise HttpError(400, "json", "the body is no JSON that can mean one thing only") from error
    wrong = _wrong_with(said)
    if wrong:
        raise HttpError(400, "body", "; ".join(wrong))
    reason, is_override = said.get("reason", ""), said.get("override", False)
    return Verdict(said["verdict"]), bytes.fromhex(said["fingerprint"]), reason, is_override


def _wrong_with(said: Any) -> list[str]:
    if not isinstance(said, dict):
        return ["the body is no object"]
    wrong = [f"{name[:40]!r} is not known here" for name in sorted(said.keys() - _MEMBERS)]
    if said.get("verdict") not in tuple(Verdict):
        wrong.append("verdict is approve or deny")
    printed = said.get("fingerprint")
    if not isinstance(printed, str) or len(printed) != 64 or set(printed) - set("0123456789abcdef"):
        wrong.append("fingerprint is the 64 small hexadecimal digits that the request was shown with")
    reason = said.get("reason", "")
    if not isinstance(reason, str) or len(reason) > REASON_MAX or not reason.isprintable():
        wrong.append(f"reason is one line of at most {REASON_MAX} characters")
    elif said.get("override") is True and not reason.strip():
        wrong.append("an override needs a reason")
    if type(said.get("override", False)) is not bool:
        wrong.append("override is true or false")
    return wrong
