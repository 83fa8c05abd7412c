"""A server that says exactly the bytes it is given: what no well-behaved stand-in can be made to say."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_HEAD_BYTES_MAX = 64 * 1024
_DRIP_S = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """What a connection gets to hear: bytes, then silence or the end; `drips` sends crumbs for ever."""

    data: bytes = b""
    stays: bool = False
    drips: bool = False
    hears: bool = True


class ScriptedPeer:
    """Answers each connection by the next line of its script, and the rest by the last one."""

    def __init__(self, *script: Says) -> None:
        self._script = list(script)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.requests: list[bytes] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._welcome, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        assert self._server is not None  # noqa: S101  # entered before it is left
        self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        says = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        task = asyncio.ensure_future(self._serve(says, reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, says: Says, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if says.hears:
                self.requests.append(await _request(reader))
            await _say(says, writer)
            if says.stays:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    return head + await reader.readexactly(min(length, _HEAD_BYTES_MAX))


async def _say(says: Says, writer: asyncio.StreamWriter) -> None:
    writer.write(says.data)
    await writer.drain()
    while says.drips:
        # A body without an end, and never idle for long enough to be noticed.
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.sleep(_DRIP_S)


def http(status: int, body: bytes = b"", *, headers: Sequence[str] = (), length: int | None = None) -> bytes:
    """Write a whole answer; `length` may lie."""
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Length: {len(body) if length is None else length}",
        *(headers or ("Content-Type: application/json",)),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
