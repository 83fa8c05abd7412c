"""Gather large ledgers on all processors: this process takes the first share, forks of it the others."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from .blocks import Part
from .entry import Facts, Header
from .errors import LedgerError
from .gathering import Gathered, RunName, gather

# Below this there is nothing to win.
SHARE_BYTES_MIN: Final = 32 * 1024 * 1024
_PROCESSES_MAX: Final = 4
_READ_BYTES: Final = 1024 * 1024
_TRIAL: Final = b'{"kind":"trial"'


class _Reply(msgspec.Struct, frozen=True, array_like=True):
    """What a fork gathered beyond what it began with, in plain values."""

    names: list[str]
    facts: list[Facts]
    codes: list[tuple[RunName, bytes]]
    planned: list[RunName]
    headers: list[tuple[str, Header]]
    uncollected: dict[str, str]
    invalid: list[tuple[RunName, int, int]]
    replays: list[tuple[int, str, list[RunName]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fork:
    """Another process at work, and the pipe on which it answers."""

    pid: int
    pipe: int


class _NoAnswerError(Exception):
    """A fork did not do its share."""


def gather_files(paths: Sequence[Path]) -> Gathered:
    """Gather all lines of these files. What goes wrong with another process, this one does all itself."""
    whole = [Part(path=path) for path in paths]
    processes = _processes(paths)
    if processes == 1:
        return gather(whole)
    # The cases are known from the first plan on, and what is known before the fork need not be sent back.
    head = _head(paths[0])
    try:
        gathered = gather([head])
        mine, *others = _shares(paths, head.end or 0, processes)
        known = len(gathered.facts), len(gathered.headers)
        forks: list[_Fork] = []
        try:
            forks += [_fork(gathered, share, known) for share in others]
            gather(mine, into=gathered)
            for fork in forks:
                _add(gathered, _answer(fork), known[0])
        finally:
            _end(forks)
    except (LedgerError, _NoAnswerError):
        # The whole in one go names the first line that is wrong, as reading it in one process always does.
        return gather(whole)
    return gathered


def _processes(paths: Sequence[Path]) -> int:
    # A fork of several threads may wait for ever for a lock that another of them held.
    if threading.active_count() > 1 or not hasattr(os, "fork"):
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(_PROCESSES_MAX, processors, sum(map(_size, paths)) // SHARE_BYTES_MIN))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _head(path: Path) -> Part:
    """The header and the plans that a file begins with."""
    end = 0
    with path.open("rb") as file:
        for line in file:
            if line.startswith(_TRIAL):
                break
            end += len(line)
    return Part(path=path, end=end)


def _shares(paths: Sequence[Path], done: int, processes: int) -> list[list[Part]]:
    """Cut all bytes but the first `done` into shares of about the same size, between lines."""
    most = -(-(sum(map(_size, paths)) - done) // processes)
    shares: list[list[Part]] = [[]]
    room, start = most, done
    for path in paths:
        size = _size(path)
        while start < size:
            end = size if size - start <= room else min(size, _line_start(path, start + room))
            shares[-1].append(Part(path=path, start=start, end=end))
            room -= end - start
            start = end
            if room <= 0:
                shares.append([])
                room = most
        start = 0
    return [share for share in shares if share] or [[]]


def _line_start(path: Path, near: int) -> int:
    """The first place from here on where a line starts."""
    with path.open("rb") as file:
        file.seek(near)
        file.readline()
        return file.tell()


def _fork(gathered: Gathered, share: list[Part], known: tuple[int, int]) -> _Fork:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return _Fork(pid=pid, pipe=reader)
    try:
        reply = msgspec.msgpack.encode(_reply(gather(share, into=gathered), known))
        rest = memoryview(reply)
        while rest:
            rest = rest[os.write(writer, rest) :]
        os._exit(0)
    finally:
        # Whatever happened, nothing of the program that was forked may run on here.
        os._exit(1)


def _answer(fork: _Fork) -> _Reply:
    data = bytearray()
    while chunk := os.read(fork.pipe, _READ_BYTES):
        data += chunk
    try:
        return msgspec.msgpack.decode(data, type=_Reply)
    except msgspec.DecodeError:
        raise _NoAnswerError from None


def _end(forks: Sequence[_Fork]) -> None:
    for fork in forks:
        os.close(fork.pipe)
        os.kill(fork.pid, signal.SIGKILL)
        os.waitpid(fork.pid, 0)


def _reply(gathered: Gathered, known: tuple[int, int]) -> _Reply:
    cases, headers = known
    return _Reply(
        names=list(gathered.index)[cases:],
        facts=gathered.facts[cases:],
        codes=[(run, bytes(codes)) for run, codes in gathered.codes.items()],
        planned=list(gathered.planned),
        headers=gathered.headers[headers:],
        uncollected=gathered.uncollected,
        invalid=[(run, number, tries) for (run, number), tries in gathered.invalid.items()],
        replays=[
            (number, key, list(runs))
            for number, by_key in gathered.replays.items()
            for key, runs in by_key.items()
        ],
    )


def _add(gathered: Gathered, reply: _Reply, known: int) -> None:
    """Add what a fork says to what this process knows; beyond `known` the two number cases differently."""
    new = [gathered.number(name, facts) for name, facts in zip(reply.names, reply.facts, strict=True)]
    for run, codes in reply.codes:
        column = gathered.column(run)
        column[:known] = bytes(map(max, column[:known], codes[:known].ljust(known, b"\0")))
        for number, code in zip(new, codes[known:], strict=False):
            column[number] = max(column[number], code)
    numbers = [*range(known), *new]
    gathered.planned.update(reply.planned)
    gathered.headers += reply.headers
    gathered.uncollected |= {
        place: reason for place, reason in reply.uncollected.items() if place not in gathered.uncollected
    }
    gathered.invalid += Counter({(run, numbers[number]): tries for run, number, tries in reply.invalid})
    for number, key, runs in reply.replays:
        gathered.replays.setdefault(numbers[number], {}).setdefault(key, set()).update(runs)
