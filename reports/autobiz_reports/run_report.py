"""A run as its readers see it: plain values, complete, nothing that the ledger cannot reproduce."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """Everything a rendering may show of a run. Stages and gates are plain JSON values."""

    run_id: str
    started_at: str
    seconds: float
    subject: dict[str, str]
    seed: int
    slice: str | None
    shard: str | None
    gate_file: str
    gate_file_sha256: str
    decision: str
    exit_code: int
    sentence: str
    stages: tuple[dict[str, Any], ...]
    gates: tuple[dict[str, Any], ...]
    problems: tuple[str, ...]
    folder: str
    attempts: tuple[str, ...] = ()
    criteria: dict[str, Any] | None = None
    quarantine_file: str | None = None
    quarantine_file_sha256: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
