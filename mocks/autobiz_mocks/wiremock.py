"""Drive a WireMock server over its admin interface, on one connection that stays open."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any, Self
from urllib.parse import urlsplit

from .errors import AdminError, StubError, UnstubbedError
from .journal import Served, served
from .stubs import Stub

TIMEOUT_S = 10.0
MARK_PATH = "/autobiz/mark"
_EVENTS_MIN = 32
_EVENTS_MAX = 8192


class WireMock:
    """One WireMock server, as one thread sees it; other threads take their own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise AdminError(f"WireMock at {url!r}: expected http://host:port")
        self.url = url.rstrip("/")
        self._connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def add(self, stub: Stub) -> str:
        """Register a stub and return its id; refuse if the server kept less of it than was sent."""
        echo = self._ask("POST", "/mappings", stub)
        _refuse_lost(stub, echo)
        return str(echo["id"])

    def install(self, stubs: Iterable[Stub]) -> None:
        """Register stubs that any number of workers may install at once; those already there stay."""
        mappings = list(stubs)
        policy = {"duplicatePolicy": "IGNORE", "deleteAllNotInImport": False}
        self._ask("POST", "/mappings/import", {"mappings": mappings, "importOptions": policy})
        for stub in mappings:
            _refuse_lost(stub, self._ask("GET", f"/mappings/{stub['id']}"))

    def overwrite(self, stubs: Sequence[Stub]) -> None:
        """Register stubs of one shape in the place of those with their ids; the first stands for all."""
        policy = {"duplicatePolicy": "OVERWRITE", "deleteAllNotInImport": False}
        self._ask("POST", "/mappings/import", {"mappings": list(stubs), "importOptions": policy})
        for stub in stubs[:1]:
            _refuse_lost(stub, self._ask("GET", f"/mappings/{stub['id']}"))

    def stub_ids(self) -> tuple[str, ...]:
        """Return the ids of all registered stubs, other workers' too."""
        return tuple(str(stub["id"]) for stub in self._ask("GET", "/mappings")["mappings"])

    def remove(self, stub_id: str) -> None:
        self._ask("DELETE", f"/mappings/{stub_id}")

    def remove_all(self, stub_ids: Iterable[str]) -> None:
        for stub_id in stub_ids:
            self.remove(stub_id)

    @contextmanager
    def planted(self, *stubs: Stub) -> Iterator[None]:
        """Keep stubs for the length of a block."""
        ids: list[str] = []
        try:
            for stub in stubs:
                ids.append(self.add(stub))  # noqa: PERF401  # a refused stub must leave the earlier ones known
            yield
        finally:
            self.remove_all(ids)

    def reset(self) -> None:
        """Forget all stubs, scenarios and requests, other workers' too."""
        self._ask("POST", "/reset")

    def mark(self, header: str, value: str) -> None:
        """Note in the journal that the trial with this header begins now."""
        self._exchange("GET", MARK_PATH, headers={header: value})

    def journal(self, header: str, value: str) -> tuple[Served, ...]:
        """Return the requests that carried this header since its mark, oldest first.

        The server hands out its newest events, whoever caused them. Reading back until the mark makes the
        answer complete, at a cost that does not grow with the journal.
        """
        limit = _EVENTS_MIN
        while True:
            events = self._ask("GET", f"/requests?limit={limit}")["requests"]
            found: list[Served] = []
            for event in map(served, events):
                if event.header(header) == value:
                    if event.path == MARK_PATH:
                        return tuple(reversed(found))
                    found.append(event)
            if len(events) < limit or limit >= _EVENTS_MAX:
                raise AdminError(
                    f"journal of {self.url}: no mark with {header}: {value} among the newest {len(events)} "
                    "events; mark a trial before its first "
                    "request, and do not reset or trim the journal while it runs"
                )
            limit *= 4

    def refuse_unstubbed(self, header: str, value: str) -> None:
        """Raise if any request with this header met no stub, and say which stubs were near."""
        strays = [request for request in self.journal(header, value) if request.effect == "unstubbed"]
        if strays:
            raise UnstubbedError("\n".join(self._explained(stray) for stray in strays))

    def _explained(self, stray: Served) -> str:
        ask = {
            "url": stray.url,
            "absoluteUrl": self.url + stray.url,
            "method": stray.method,
            "headers": dict(stray.headers),
            "body": stray.body,
        }
        near = self._ask("POST", "/near-misses/request", ask)["nearMisses"]
        stubs = [miss["stubMapping"] for miss in near if miss["matchResult"]["distance"] > 0]
        lines = [f"no stub for {stray.method} {stray.url} {stray.body}"]
        lines += [f"  near: {stub.get('name', stub['id'])}: {json.dumps(stub['request'])}" for stub in stubs]
        return "\n".join(lines)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        status, answer = self._exchange(method, f"/__admin{path}", body)
        if status >= 300:
            kind = StubError if status == 422 else AdminError
            raise kind(f"{method} {self.url}/__admin{path}: answered {status}: {answer[:2000].decode()}")
        try:
            parsed: dict[str, Any] = json.loads(answer or b"{}")
        except ValueError as error:
            raise AdminError(f"{method} {self.url}/__admin{path}: not JSON: {answer[:200]!r}") from error
        return parsed

    def _exchange(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        sent = None if body is None else json.dumps(body).encode()
        # A server may close a connection that was idle, so only a fresh one's failure is news. Asking again
        # is safe: stubs carry their ids, and the rest are readings.
        fresh = self._connection.sock is None
        while True:
            try:
                self._connection.request(method, path, body=sent, headers=dict(headers or {}))
                response = self._connection.getresponse()
                return response.status, response.read()
            except (OSError, HTTPException) as error:
                self._connection.close()
                if fresh or isinstance(error, TimeoutError):
                    raise AdminError(f"{method} {self.url}{path}: {error!r}; is WireMock running?") from error
                fresh = True


def lost_fields(sent: object, kept: object, *, where: str = "stub") -> list[str]:
    """Name the fields of `sent` that `kept` lacks or changed; what the server added is its own business."""
    if isinstance(sent, Mapping):
        if not isinstance(kept, Mapping):
            return [where]
        return [
            lost
            for name, value in sent.items()
            for lost in (
                lost_fields(value, kept[name], where=f"{where}.{name}")
                if name in kept
                else [f"{where}.{name}"]
            )
        ]
    if isinstance(sent, list):
        if not isinstance(kept, list) or len(kept) != len(sent):
            return [where]
        pairs = enumerate(zip(sent, kept, strict=True))
        return [
            lost for at, (ours, theirs) in pairs for lost in lost_fields(ours, theirs, where=f"{where}[{at}]")
        ]
    return [] if sent == kept and type(sent) is type(kept) else [where]


def _refuse_lost(sent: Stub, kept: Mapping[str, Any]) -> None:
    lost = lost_fields(sent, kept)
    if lost:
        raise StubError(
            f"stub {sent.get('name', sent.get('id'))!r}: the server lost {', '.join(lost)}; "
            "a stub that lost a condition matches too much, so write it in fields this server knows"
        )
