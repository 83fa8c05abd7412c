"""Read a ledger in blocks, of each trial only what a tally needs: the fold's way through a million lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from .entry import Header, Line, RunPlan
from .errors import LedgerError
from .ledger import LINE_BYTES_MAX, NOT_JSON, Torn, check_order, read_line, unreadable

_BLOCK_BYTES = 1024 * 1024
_DECODER_PAYS_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some consecutive lines of a file, or all of them."""

    path: Path
    start: int = 0
    end: int | None = None

    def limit(self, position: int) -> int:
        """How much to read next."""
        return _BLOCK_BYTES if self.end is None else min(_BLOCK_BYTES, self.end - position)


class TrialBrief(msgspec.Struct, frozen=True, gc=False, tag="trial", tag_field="kind"):
    """Of a trial's entry, what changes a tally; passing over the other fields is most of the speed."""

    run_id: str
    run: int
    case: str
    outcome: Literal["pass", "fail", "unknown", "skip", "invalid"]
    phase: str
    replay: str | None = None


BriefLine = Header | RunPlan | TrialBrief
# No text and no entry has this within, so wherever it stands one entry ends and the next begins.
_BETWEEN = re.compile(rb"}\n{").findall
_brief_lines = msgspec.json.Decoder(BriefLine)
_whole_lines = msgspec.json.Decoder(Line)
_brief_trial = msgspec.json.Decoder(TrialBrief)


@lru_cache(maxsize=64)
def _lines_of_run(run_id: str) -> "msgspec.json.Decoder[Header | RunPlan | TrialBrief]":
    """A decoder of lines whose trials are all of one run: a word known beforehand is not made anew."""
    trial = msgspec.defstruct(
        "TrialOfRun",
        [
            ("run_id", Literal[run_id]),
            ("run", int),
            ("case", str),
            ("outcome", Literal["pass", "fail", "unknown", "skip", "invalid"]),
            ("phase", Literal["setup", "call", "teardown", "crash", "collect"]),
            ("replay", str | None, None),
        ],
        bases=(TrialBrief,),
        frozen=True,
        gc=False,
        tag="trial",
        tag_field="kind",
    )
    return msgspec.json.Decoder(Header | RunPlan | trial)


def _decoded(data: bytes) -> list[Header | RunPlan | TrialBrief]:
    """The lines of a block; nearly always its trials are of the run of the first, in a phase of ours."""
    if len(data) < _DECODER_PAYS_BYTES:
        return _brief_lines.decode_lines(data)
    try:
        first = _brief_trial.decode(data[: data.index(b"\n")])
        return _lines_of_run(first.run_id).decode_lines(data)
    except NOT_JSON:
        return _brief_lines.decode_lines(data)


def _is_one_a_line(data: bytes, entries: int) -> bool:
    """Whether so many entries fill as many lines: they may share one, and leave another empty."""
    return data.count(b"\n") == entries == len(_BETWEEN(data)) + 1


class Block:
    """Some consecutive whole lines of a file; an entry is decoded in full only when it is asked for."""

    def __init__(self, path: Path, first: int, data: bytes, *, headed: bool) -> None:
        self._path = path
        self._first = first
        self._data = data
        self._headed = headed
        self._entries: list[Line] | None = None
        try:
            self.lines = _decoded(data)
        except NOT_JSON:
            raise self._culprit() from None
        if not _is_one_a_line(data, len(self.lines)) and (wrong := self._wrong()):
            raise wrong
        if not headed or Header in set(map(type, self.lines)):
            for number, line in enumerate(self.lines, start=first):
                check_order(path, number, line, headed=headed)
                headed = True

    def entry(self, position: int) -> Line:
        """The whole entry of the line at this position."""
        if self._entries is None:
            try:
                self._entries = _whole_lines.decode_lines(self._data)
            except NOT_JSON:
                raise self._culprit() from None
        return self._entries[position]

    def _culprit(self) -> LedgerError:
        words = f"{self._path}:{self._first}: from here on, the lines are not a ledger's."
        return self._wrong() or LedgerError(words)

    def _wrong(self) -> LedgerError | None:
        """Read line by line, the first that is wrong is named as `read_lines` would name it."""
        headed = self._headed
        try:
            for number, raw in enumerate(self._data.split(b"\n")[:-1], start=self._first):
                check_order(self._path, number, read_line(self._path, number, raw + b"\n"), headed=headed)
                headed = True
        except LedgerError as error:
            return error
        return None


def read_blocks(part: Part) -> Iterator[Block | Torn]:
    """The blocks of a part in order. What `read_lines` refuses is refused here, of a file in its words."""
    try:
        with part.path.open("rb") as file:
            file.seek(part.start)
            yield from _blocks(part, file)
    except OSError as error:
        raise unreadable(part.path, error) from None


def _blocks(part: Part, file: BinaryIO) -> Iterator[Block | Torn]:
    path, first, headed = part.path, 1, bool(part.start)
    while data := file.read(part.limit(file.tell())):
        if not data.endswith(b"\n"):
            begun = len(data) - data.rfind(b"\n") - 1
            data += file.readline(LINE_BYTES_MAX - begun)
        tail = b""
        if not data.endswith(b"\n"):
            head, newline, tail = data.rpartition(b"\n")
            data = head + newline
        if len(tail) >= LINE_BYTES_MAX:
            number = first + data.count(b"\n")
            raise LedgerError(f"{path}:{number}: a line of over {LINE_BYTES_MAX} bytes is not a ledger's.")
        if data:
            block = Block(path, first, data, headed=headed)
            first, headed = first + len(block.lines), True
            yield block
        if tail:
            torn = read_line(path, first, tail, torn=True)
            yield torn if isinstance(torn, Torn) else Block(path, first, tail + b"\n", headed=headed)
