"""The little of ASGI that is needed: one request read within limits, one answer in JSON."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson

BODY_MAX: Final = 16 * 1024

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class HttpError(Exception):
    """What is answered instead: a status, a code that stays, and a sentence."""

    def __init__(self, status: int, code: str, words: str, **headers: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request, its body read; of a header that came twice there is no value."""

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str | None]
    body: bytes = b""


async def read_request(scope: Scope, receive: Receive) -> HttpRequest:
    """Read a request, and no more of its body than is taken at all."""
    headers: dict[str, str | None] = {}
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").lower()
        headers[name] = None if name in headers else raw_value.decode("latin-1")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HttpError(400, "incomplete", "the request ended before its body did")
        body += message.get("body", b"")
        if len(body) > BODY_MAX:
            raise HttpError(413, "too_large", f"a body takes at most {BODY_MAX} bytes", connection="close")
        if not message.get("more_body", False):
            break
    return HttpRequest(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b""),
        headers=headers,
        body=bytes(body),
    )


async def answer(send: Send, status: int, told: object, headers: Mapping[str, str] | None = None) -> None:
    """Answer in JSON that nobody may keep."""
    body = orjson.dumps(told)
    written = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **(headers or {}),
    }
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in written.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})
