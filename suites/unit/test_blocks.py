"""The fast reader of ledgers in blocks sees what the plain one sees, wherever blocks and files are cut."""

from pathlib import Path

import pytest

from autobiz_gates import Header, LedgerError, RunPlan, Trial
from autobiz_gates.blocks import Part, read_blocks
from autobiz_gates.ledger import Torn, read_lines

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

CASES = ("a", "bb", "ccc")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    trials = [trial(case, outcome) for case, outcome in zip(CASES, ("pass", "fail", "unknown"), strict=True)]
    return write_ledger(tmp_path / "l.jsonl", header(), plan(*CASES), *trials)


def plainly(path: Path) -> list[str]:
    """What the plain reader says, a word for each line."""
    try:
        return [told(line) for line in read_lines(path)]
    except LedgerError as error:
        return [str(error)]


def in_blocks(*parts: Part) -> list[str]:
    """What the fast reader says, in the same words."""
    try:
        return [
            told(one)
            for part in parts
            for block in read_blocks(part)
            for one in ([block] if isinstance(block, Torn) else map(block.entry, range(len(block.lines))))
        ]
    except LedgerError as error:
        return [str(error)]


def told(line: Header | RunPlan | Trial | Torn) -> str:
    if isinstance(line, Torn):
        return f"torn {line.line}"
    return f"{line.case} {line.outcome}" if isinstance(line, Trial) else type(line).__name__


@pytest.mark.parametrize("size", [1, 7, 64, 300, 1_000, 1 << 20])
def test_cut_at_any_byte_both_readers_say_the_same(
    written: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """For blocks of any size and a file that ends anywhere, lines, torn tail and complaint are the same."""
    monkeypatch.setattr("autobiz_gates.blocks._BLOCK_BYTES", size)
    whole = written.read_bytes()
    assert plainly(written) == ["Header", "RunPlan", "a pass", "bb fail", "ccc unknown"]
    for end in range(0, len(whole) + 1, 1 if size in (1, 300) else 5):
        written.write_bytes(whole[:end])
        assert in_blocks(Part(path=written)) == plainly(written), end


@pytest.mark.parametrize("size", [1, 50, 700, 1_000, 1 << 20])
def test_parts_together_are_the_file(written: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Cut between any two lines, the parts read one after the other say what the file says."""
    monkeypatch.setattr("autobiz_gates.blocks._BLOCK_BYTES", size)
    whole, place = written.read_bytes(), 0
    for line in whole.splitlines(keepends=True)[:-1]:
        place += len(line)
        parts = (Part(path=written, end=place), Part(path=written, start=place, end=len(whole)))
        assert in_blocks(*parts) == plainly(written)
        assert in_blocks(parts[0]) == plainly(written)[: whole[:place].count(b"\n")]


@pytest.mark.negative
@pytest.mark.parametrize("size", [1, 300, 1_000, 1 << 20])
@pytest.mark.parametrize("before", range(5))
def test_an_overlong_line_is_named_by_its_number(
    written: Path, monkeypatch: pytest.MonkeyPatch, size: int, before: int
) -> None:
    """A line longer than any ledger's is refused under its number, in whichever block it begins."""
    for reader in ("ledger", "blocks"):
        monkeypatch.setattr(f"autobiz_gates.{reader}.LINE_BYTES_MAX", 5_000)
    monkeypatch.setattr("autobiz_gates.blocks._BLOCK_BYTES", size)
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(lines[:before]) + b"x" * 10_000)

    words = f"{written}:{before + 1}: a line of over 5000 bytes is not a ledger's."
    assert plainly(written) == [words]
    assert in_blocks(Part(path=written)) == [words]
