"""Replay recorded exchanges: each once, never the network, and as fast with three hundred as with one.

The recorder looks for a request among all that it holds, and parses both bodies anew for each. Here everything
that must agree is put into one digest, when a cassette is read and once for each request.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from vcr.cassette import Cassette
from vcr.matchers import body, host, method, path, query, scheme
from vcr.record_mode import RecordMode
from vcr.serializers import jsonserializer

from .errors import CassetteError

# The same in words, for who is told why nothing matched.
MATCHED: Final = (method, scheme, host, path, query, body)


class IndexedCassette(Cassette):  # type: ignore[misc]  # the recorder has no types
    """The recorder's own cassette, which finds a request by its digest."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._places: defaultdict[bytes, list[int]] = defaultdict(list)
        super().__init__(*given, **named)

    def append(self, request: Any, response: Any) -> None:
        before = len(self.data)
        super().append(request, response)
        for place in range(before, len(self.data)):
            self._places[_digest(self.data[place][0])].append(place)

    def _responses(self, request: Any) -> Iterator[tuple[int, Any]]:
        for place in self._places.get(_digest(self._before_record_request(request)), ()):
            yield place, self.data[place][1]


@contextmanager
def replaying(file: Path) -> Iterator[IndexedCassette]:
    """Answer every request of any HTTP client from this cassette, and no request from anywhere else.

    What is not in it raises where it is asked for. What was left over when the block ends raises then: who
    asks less than was recorded has changed, or the recording has.
    """
    if not file.is_file():
        raise CassetteError(f"{file}: no such cassette; nothing is recorded in its place")
    context = IndexedCassette.use(
        path=str(file),
        serializer=jsonserializer,
        record_mode=RecordMode.NONE,
        match_on=MATCHED,
        allow_playback_repeats=False,
    )
    with context as cassette:
        if len(cassette) == 0:
            raise CassetteError(f"{file}: holds no exchange that can be read")
        yield cassette
        if not cassette.all_played:
            left = len(cassette) - len(cassette.play_counts)
            raise CassetteError(f"{file}: {left} of {len(cassette)} exchanges were never asked for")


def variant(folder: Path, seed: int) -> Path:
    """Choose one of the recorded variants of a scenario; another seed may choose another."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise CassetteError(f"{folder}: holds no cassettes")
    return files[seed % len(files)]


def _digest(request: Any) -> bytes:
    seen = (request.method, request.scheme, request.host, request.port, request.path, sorted(request.query))
    written = json.dumps(seen).encode() + b"\0" + _meaning(request.body)
    return hashlib.sha256(written).digest()


def _meaning(content: Any) -> bytes:
    """Return a body as one form: JSON says the same in any order of its members."""
    data: bytes = content.encode() if isinstance(content, str) else content or b""
    if not data.startswith((b"{", b"[")):
        return data
    try:
        return json.dumps(json.loads(data), sort_keys=True).encode()
    except ValueError:
        return data
