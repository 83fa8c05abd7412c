"""A log of JSON lines as evidence."""

import json
from pathlib import Path

from autobiz_oracles import PlainLogLine

from .gathering import EvidenceError


def log_lines(text: str, *, event: str = "event", where: str = "the log") -> tuple[PlainLogLine, ...]:
    """Every line, with what stands under `event` as what it tells of, and all the rest as its fields."""
    lines, problems = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            read = json.loads(line, object_pairs_hook=_once, parse_constant=_refused)
        except (ValueError, RecursionError) as error:
            problems.append(f"line {number} is no JSON object: {error}")
            continue
        if not isinstance(read, dict) or not isinstance(read.get(event), str):
            problems.append(f"line {number} does not say under {event!r} what it tells of")
            continue
        told = read.pop(event)
        lines.append(PlainLogLine(event=told, fields=read))
    if problems:
        raise EvidenceError(where, problems)
    return tuple(lines)


def log_file(path: Path, *, event: str = "event") -> tuple[PlainLogLine, ...]:
    """Read a log that is there; one that is not is an error of whoever names it."""
    return log_lines(path.read_text(encoding="utf-8"), event=event, where=str(path))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands in it twice, and nobody knows which is meant")
    return found


def _refused(name: str) -> object:
    raise ValueError(f"{name} is no number")
