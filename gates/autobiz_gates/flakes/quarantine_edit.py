"""Change the reviewed file for one case and leave every other byte as people wrote it."""

import fcntl
import json
import os
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from autobiz_gates.toml_file import mistakes
from autobiz_gates.toml_lines import lines_of_keys

from .quarantine import Quarantine, QuarantineEntry, entries_of, read_quarantine

if TYPE_CHECKING:
    from autobiz_gates.fields import KeyPath

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class QuarantineEditError(Exception):
    """The file was left as it is; the message says why and what to do."""


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other changes of the file out, from what a change was decided on until it is written.

    The lock is on the folder, so that nothing is left behind, and ends with the process that holds it.
    """
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def add_entry(path: Path, entry: QuarantineEntry) -> QuarantineEntry:
    """Append an entry; the reader's rules decide whether it may be there."""
    before = _read(path)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    _write(path, text + gap + _text_of(entry), (*before.entries, entry))
    return entry


def renew_entry(path: Path, case: str, approver: str, expires: date | None = None) -> QuarantineEntry:
    """Give an entry its one renewal, up to the last day that it allows or an earlier one."""
    before, place, entry = _found(path, case)
    if entry.renewed_by is not None:
        words = f"was renewed by {entry.renewed_by} already, and there is one renewal: fix or release it"
        raise QuarantineEditError(f"{path}: {case!r} {words}")
    renewed = replace(entry, renewed_by=approver)
    renewed = replace(renewed, expires=expires or renewed.last_day)
    lines, _, _ = _table(path, place)
    where = lines_of_keys("".join(lines))["quarantine", place, "expires"] - 1
    lines[where] = f"expires = {renewed.expires}\nrenewed_by = {json.dumps(approver, ensure_ascii=False)}\n"
    entries = tuple(renewed if one is entry else one for one in before.entries)
    _write(path, "".join(lines), entries)
    return renewed


def remove_entry(path: Path, case: str) -> QuarantineEntry:
    """Take an entry out, with the comments inside it; those above the next entry stay."""
    before, place, entry = _found(path, case)
    lines, first, last = _table(path, place)
    entries = tuple(one for one in before.entries if one is not entry)
    rest = "".join(lines[:first] + lines[last:]).rstrip("\n")
    _write(path, f"{rest}\n" if rest else "", entries)
    return entry


def _read(path: Path) -> Quarantine:
    return read_quarantine(path) if path.exists() else Quarantine(path=str(path))


def _found(path: Path, case: str) -> tuple[Quarantine, int, QuarantineEntry]:
    before = _read(path)
    for place, entry in enumerate(before.entries):
        if entry.case == case:
            return before, place, entry
    raise QuarantineEditError(f"{path}: {case!r} is not in quarantine. Known: `gate quarantine list`")


def _table(path: Path, place: int) -> tuple[list[str], int, int]:
    """Return the file's lines, and where a table begins and ends, comments of the next one left out."""
    text = path.read_bytes().decode("utf-8")
    # Not splitlines(), which also ends a line where TOML does not.
    lines = _LINE.findall(text)
    known = lines_of_keys(text)
    first = known["quarantine", place] - 1
    if not lines[first].lstrip().startswith("[["):
        raise QuarantineEditError(
            f"{path}:{first + 1}: not written as a [[quarantine]] table; edit it by hand"
        )
    last = known.get(("quarantine", place + 1), len(lines) + 1) - 1
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return lines, first, last


def _text_of(entry: QuarantineEntry) -> str:
    lines = ["[[quarantine]]"]
    for one in fields(entry):
        value = getattr(entry, one.name)
        if isinstance(value, date):
            lines.append(f"{one.name} = {value}")
        elif value is not None:
            lines.append(f"{one.name} = {json.dumps(str(value), ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str, expected: tuple[QuarantineEntry, ...]) -> None:
    """Write the file whole, and only if it then says what it is meant to say and nothing else."""
    found: list[tuple[KeyPath, str]] = []
    try:
        entries = entries_of(tomllib.loads(text), found)
    except ValueError as error:
        raise QuarantineEditError(f"{path}: cannot be changed safely ({error}); edit it by hand") from None
    if found:
        raise mistakes(str(path), text, found)
    if entries != expected:
        raise QuarantineEditError(f"{path}: cannot be changed without changing more; edit it by hand")
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(text.encode("utf-8"))
    half.replace(path)
