"""Where a run lives: one folder with its context, its stages' ends, its ledger and its logs."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec

from autobiz_gates import Subject

_FOLDER = ".autobiz/runs"
# Bursts examine a case and decide no gate, so their trials never add up with those of runs.
BURSTS = ".autobiz/bursts"


class RunDirError(Exception):
    """A run's folder cannot be made, found or resumed; the message says what to do."""

    def __init__(self, message: str, *, is_infrastructure: bool = False) -> None:
        super().__init__(message)
        self.is_infrastructure = is_infrastructure


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What was fixed before the first trial; a resumed run must still be this one."""

    run_id: str
    seed: int
    subject: Subject
    gate_file_sha256: str | None
    slice: str | None
    shard: str | None
    started_at: str
    attempts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "seed": self.seed,
            "subject": msgspec.to_builtins(self.subject),
            "gate_file_sha256": self.gate_file_sha256,
            "slice": self.slice,
            "shard": self.shard,
            "started_at": self.started_at,
            "attempts": list(self.attempts),
        }

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        attempts = tuple(given.get("attempts", ()))
        return cls(**{**given, "subject": Subject(**given["subject"]), "attempts": attempts})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDir:
    """The folder of one run."""

    path: Path

    @property
    def ledger(self) -> Path:
        return self.path / "ledger"

    @property
    def context_file(self) -> Path:
        return self.path / "run.json"

    def log(self, stage: str, run: int) -> Path:
        return self.path / "logs" / f"{stage}-r{run}.log"

    def context(self) -> Context:
        return Context.from_dict(json.loads(self.context_file.read_text(encoding="utf-8")))

    def finished(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Which stage runs came to an end, with what they ended in; a torn last line is not an end."""
        ends: dict[tuple[str, int], dict[str, Any]] = {}
        try:
            lines = (self.path / "stages.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ends
        for line in lines:
            try:
                end = json.loads(line)
                ends[(end["name"], end["run"])] = end
            except (ValueError, KeyError, TypeError):
                continue
        return ends

    def record_end(self, end: dict[str, Any]) -> None:
        path = self.path / "stages.jsonl"
        with _writing(path), path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(end) + "\n")

    def write(self, name: str, text: str) -> Path:
        """Write a file whole or not at all."""
        path = self.path / name
        half = path.with_name(f".{name}.half")
        with _writing(path):
            half.write_text(text, encoding="utf-8")
            half.replace(path)
        return path


def create(root: Path, context: Context, folder: str = _FOLDER) -> RunDir:
    """Make the folder of a new run and point `latest` at it."""
    with _writing(root / folder):
        base = _base(root / folder)
        run = RunDir(path=base / context.run_id)
        run.ledger.mkdir(parents=True)
        (run.path / "logs").mkdir()
        run.write("run.json", json.dumps(context.to_dict(), indent=2) + "\n")
        pointer = base / ".latest.half"
        pointer.write_text(context.run_id + "\n", encoding="utf-8")
        pointer.replace(base / "latest")
    return run


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """A disk that is full or a folder that is closed is told with its place."""
    try:
        yield
    except OSError as error:
        raise RunDirError(
            f"{error.filename or path}: cannot be written ({error.strerror or error}). "
            "Make it writable or make room; what was recorded is kept, and `gate run --resume` goes on.",
            is_infrastructure=True,
        ) from None


def runs_before(root: Path) -> list[RunDir]:
    """The runs that are there, oldest first."""
    return [RunDir(path=path.parent) for path in sorted((root / _FOLDER).glob("*/run.json"))]


def latest(root: Path) -> RunDir:
    """The run that was started last."""
    pointer = root / _FOLDER / "latest"
    try:
        run = RunDir(path=root / _FOLDER / pointer.read_text(encoding="utf-8").strip())
        run.context()
    except FileNotFoundError:
        raise RunDirError(f"{root / _FOLDER}: no run to resume here. Start one with `gate run`.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunDirError(f"{pointer}: the latest run cannot be read ({error}). Start a new one.") from None
    return run


def _base(base: Path) -> Path:
    base.mkdir(parents=True, exist_ok=True)
    ignore = base.parent / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    if not os.access(base, os.W_OK):
        raise PermissionError(13, "permission denied", str(base))
    return base
