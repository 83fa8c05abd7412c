"""Carry requests over HTTP, each exactly once.

It speaks to the transport below httpx2's client and not to the client, so there is nothing that follows
redirects, keeps cookies, asks proxies from the environment or tries again: not switched off, but absent.
Recorders replace that very transport, so cassettes work here too.
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Final, Self

import httpx2

from .accounts import Account
from .egress import Egress
from .errors import ErrorClass, ForbiddenEgressError, TurnedAwayError, UnheardError
from .values import KEY_HEADER, Answer, Outgoing

_NEVER_ARRIVED: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
BODY_BYTES_MAX: Final = 4 * 1024 * 1024
CONNECTIONS_MAX: Final = 64
# Each one that idles is probed before each request: sixty cost as much as the request itself.
IDLE_MAX: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an exchange may take; `total_s` is over when it is over, whatever still trickles in."""

    connect_s: float = 5.0
    total_s: float = 15.0


class HttpTransport:
    """One account's way to its provider, over connections that stay open."""

    def __init__(
        self,
        account: Account,
        egress: Egress,
        *,
        patience: Patience = Patience(),  # frozen
        body_bytes_max: int = BODY_BYTES_MAX,
    ) -> None:
        self._account, self._egress = account, egress
        self._patience, self._body_bytes_max = patience, body_bytes_max
        self._base = account.base_url.rstrip("/")
        self._timeouts = {"timeout": {"connect": patience.connect_s, "pool": patience.total_s}}
        self._wire = httpx2.AsyncHTTPTransport(
            verify=_tls() if self._base.startswith("https:") else False,
            trust_env=False,
            retries=0,
            limits=httpx2.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=IDLE_MAX),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._wire.aclose()

    async def __call__(self, outgoing: Outgoing) -> Answer:
        self._egress.let_pass(self._account, outgoing)
        where = f"{self._account.provider.name} {outgoing.method} {outgoing.path.partition('?')[0]}"
        try:
            async with asyncio.timeout(self._patience.total_s):
                return await self._exchange(outgoing, where)
        except TimeoutError as error:
            words = f"{where}: no answer within {self._patience.total_s:g} s"
            raise UnheardError(words) from error
        except _NEVER_ARRIVED as error:
            is_ours = isinstance(error, httpx2.LocalProtocolError | httpx2.UnsupportedProtocol)
            error_class = ErrorClass.INTERNAL if is_ours else ErrorClass.TRANSIENT
            raise TurnedAwayError(
                f"{where}: never arrived ({type(error).__name__})", error_class=error_class
            ) from error
        except httpx2.TransportError as error:
            raise UnheardError(f"{where}: no answer ({type(error).__name__})") from error
        except (UnheardError, TurnedAwayError):
            raise
        except Exception as error:
            # No failure of a provider or a network looks like this: a guard stood in the way, or a cassette
            # does not hold the request. To take it for a provider that is down would hide that.
            said = f"{where}: stopped on its way out by {type(error).__name__}"
            self._egress.refused.append(said)
            raise ForbiddenEgressError(said) from error

    async def _exchange(self, outgoing: Outgoing, where: str) -> Answer:
        request = httpx2.Request(
            outgoing.method,
            self._base + outgoing.path,
            headers=self._headers(outgoing),
            content=outgoing.body,
            extensions=self._timeouts,
        )
        response = await self._wire.handle_async_request(request)
        try:
            coding = response.headers.get("content-encoding", "identity")
            if coding != "identity":
                raise UnheardError(
                    f"{where}: status {response.status_code}, in a coding nobody asked for",
                    error_class=ErrorClass.INTERNAL,
                )
            body = await self._body(response, where)
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, body=body)

    async def _body(self, response: httpx2.Response, where: str) -> bytes:
        parts: list[bytes] = []
        left = self._body_bytes_max
        async for part in response.aiter_raw():
            left -= len(part)
            if left < 0:
                raise UnheardError(
                    f"{where}: status {response.status_code}, a body of over {self._body_bytes_max} bytes",
                    error_class=ErrorClass.INTERNAL,
                )
            parts.append(part)
        return b"".join(parts)

    def _headers(self, outgoing: Outgoing) -> dict[str, str]:
        own = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "autobiz"}
        key = {KEY_HEADER: outgoing.key} if outgoing.key else {}
        return own | dict(outgoing.headers) | key


def _tls() -> ssl.SSLContext:
    """Trust what the system trusts."""
    return ssl.create_default_context()
