"""How many entries of the decision log are verified in a second, and how fast a bundle is opened."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from autobiz_gates import Tallies
from autobiz_gates.evidence import (
    Head,
    by_id,
    entry_after,
    generate_key,
    hash_of_line,
    open_bundle,
    read_chain_lines,
    read_log,
    sign_bundle,
    state,
)

ENTRIES = 20_000
FLOOR_PER_S = 10_000
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OPENINGS = 200


def write_log(path: Path) -> None:
    """A log of plausible entries."""
    head, at = Head(), NOON
    with path.open("wb") as file:
        for index in range(ENTRIES):
            body = {
                "bundle_sha256": f"{index:064x}",
                "commit": f"{index:040x}",
                "decision": "open",
                "run_id": f"20260101T120000Z-{index:06x}",
            }
            line = entry_after(head, at=at, kind="evidence", body=body).line()
            head = Head(count=index + 1, hash=hash_of_line(line))
            file.write(line)


def entries_per_s(path: Path) -> float:
    """Verify the whole file, as `gate verify --chain` does."""
    began = perf_counter()
    assert read_log(read_chain_lines(path)).head.count == ENTRIES
    return ENTRIES / (perf_counter() - began)


def ms_per_bundle() -> float:
    """Open one small bundle again and again."""
    key = generate_key()
    evidence: dict[str, object] = {
        "schema": "autobiz.evidence/1",
        "run_id": "r",
        "started_at": NOON.isoformat(),
        "decision": "open",
        "sentence": "every gate is open",
        "gate_file": "gate.toml",
        "gate_file_sha256": "ab" * 32,
        "subject": {"commit": "c0ffee"},
        "ledgers": {},
        "gates": [],
        "stages": [],
        "slice": None,
        "shard": None,
    }
    data, _ = sign_bundle(state(evidence, "cd" * 32, Tallies(cases=(), runs=()), Head(), NOON), key)
    allowed = by_id([key.public])
    began = perf_counter()
    for _ in range(OPENINGS):
        open_bundle(data, allowed)
    return (perf_counter() - began) * 1000 / OPENINGS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        write_log(path)
        rates = sorted(entries_per_s(path) for _ in range(5))
    print(f"chain: {rates[2]:,.0f} entries/s (median of 5 over {ENTRIES:,}; slowest {rates[0]:,.0f})")
    print(f"bundle: {ms_per_bundle():.2f} ms to open a small one")
    if rates[0] < FLOOR_PER_S:
        raise SystemExit(f"below the floor of {FLOOR_PER_S:,} entries/s")


if __name__ == "__main__":
    main()
