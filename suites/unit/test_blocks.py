"""The fast reader of ledgers in blocks sees what the plain one sees, wherever blocks and files are cut."""

import re
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


@pytest.mark.negative
@pytest.mark.parametrize("size", [1, 300, 500, 700, 1_000, 1_300])
@pytest.mark.parametrize("length", [1_998, 1_999, 2_000, 2_001, 2_300])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_is_too_long_for_both_readers_at_the_same_byte(
    written: Path, monkeypatch: pytest.MonkeyPatch, size: int, length: int, end: bytes
) -> None:
    """Up to the last byte that a line may have, whole or torn, both readers take it, and none beyond it."""
    for reader in ("ledger", "blocks"):
        monkeypatch.setattr(f"autobiz_gates.{reader}.LINE_BYTES_MAX", 2_000)
    monkeypatch.setattr("autobiz_gates.blocks._BLOCK_BYTES", size)
    *lines, last = written.read_bytes().splitlines()
    for whole in (last, b'{"torn'):
        written.write_bytes(b"".join(line + b"\n" for line in lines) + whole.ljust(length) + end)
        assert in_blocks(Part(path=written)) == plainly(written)
    assert (len(plainly(written)) == 1) is (length >= 2_000 or end == b"\n")


@pytest.mark.negative
@pytest.mark.parametrize("broken", [b"{}", b"", b'{"kind": "trial"}', b"\xff", b"["])
@pytest.mark.parametrize(
    "order",
    [
        "hpt!",
        "pht!",
        "tp!",
        "hph!t",
        "hpt!h",
        "h!",
        "!h",
        "hp!ht",
        "hptth!",
        "pt",
        "t",
        "ph",
        "hph",
        "hth",
        "ptht",
    ],
)
def test_of_several_faults_both_readers_name_the_first(written: Path, order: str, broken: bytes) -> None:
    """A header that is missing or stands there twice, and a line that is none: the first fault is told."""
    first, asked, judged, *_ = written.read_bytes().splitlines()
    lines = {"h": first, "p": asked, "t": judged, "!": broken}
    written.write_bytes(b"".join(lines[letter] + b"\n" for letter in order))

    assert len(plainly(written)) == 1
    assert in_blocks(Part(path=written)) == plainly(written)


@pytest.mark.negative
def test_a_part_behind_the_header_does_not_miss_one(written: Path) -> None:
    """A broken line in a part that begins within the file is what is told, and no header is asked for."""
    whole = written.read_bytes()
    start = whole.index(b"\n") + 1
    written.write_bytes(whole + b"{}\n")

    (words,) = in_blocks(Part(path=written, start=start, end=len(whole) + 3))
    assert "not a ledger line" in words


@pytest.mark.negative
@pytest.mark.parametrize(
    "moved",
    [
        "h\np\nt{}t\nt\n",
        "h\np\nt{}t\n\nt\n",
        "h\np\nt{}t\nt\n\n",
        "h\np\nt{}t\n\n",
        "\nh{}p\nt\nt\nt\n",
        "h\np\nt|{}t\nt\n",
    ],
)
@pytest.mark.parametrize("gap", ["", " ", "\t"])
def test_entries_stand_one_on_a_line(written: Path, moved: str, gap: str) -> None:
    """Two entries on one line are refused, and not made good by a line break elsewhere, even within one."""
    lines = iter(written.read_bytes().splitlines())
    text = b"".join(
        next(lines) if letter in "hpt" else letter.encode() for letter in moved.replace("{}", gap)
    )
    written.write_bytes(re.sub(rb",([^\n|]*)\|", rb",\n\1", text))

    assert len(plainly(written)) == 1
    assert in_blocks(Part(path=written)) == plainly(written)


def test_blanks_beside_an_entry_are_none_of_it(written: Path) -> None:
    """A line may begin and end with blanks, which both readers pass over."""
    before = plainly(written)
    written.write_bytes(b"".join(b" " + line + b"\t \n" for line in written.read_bytes().splitlines()))

    assert in_blocks(Part(path=written)) == plainly(written) == before


@pytest.mark.negative
@pytest.mark.parametrize("reason", [b"5", b'"\xff"', b'"", "x": ' + b"[" * 9_999 + b"]" * 9_999])
def test_what_a_tally_does_not_need_must_be_readable_all_the_same(written: Path, reason: bytes) -> None:
    """A field that is passed over at first is refused like any other when the whole entry is asked for."""
    written.write_bytes(written.read_bytes().replace(b'"reason":""', b'"reason":' + reason, 1))

    assert in_blocks(Part(path=written)) == plainly(written)
    assert ":3: not a ledger line: " in plainly(written)[0]
