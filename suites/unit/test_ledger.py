"""The ledger file: append-only lines, one writer, a torn tail forgiven, nothing else."""

import contextlib
from pathlib import Path

import msgspec
import pytest

from autobiz_gates import LedgerError, LedgerWriter, Torn, Trial, ledger_files, read_lines

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_ledger(tmp_path / "a.jsonl", header(), plan("a", "b"), trial("a"), trial("b", "fail"))


def test_what_was_written_is_read_back(written: Path) -> None:
    """Every line comes back as the value that was appended, in order."""
    assert list(read_lines(written)) == [header(), plan("a", "b"), trial("a"), trial("b", "fail")]


def test_cut_at_any_byte_no_whole_line_is_lost_and_no_half_line_is_believed(written: Path) -> None:
    """However much of the tail is gone, reading gives exactly the whole lines, and says that it was torn."""
    data = written.read_bytes()
    whole = list(read_lines(written))
    ends = [place + 1 for place, byte in enumerate(data) if byte == ord("\n")]
    for size in range(len(data)):
        written.write_bytes(data[:size])
        lines = list(read_lines(written))
        kept = sum(end <= size for end in ends)
        # A line that only lost its newline is complete JSON, and counts.
        complete = size + 1 in ends
        assert lines[:kept] == whole[:kept]
        if complete:
            assert lines == whole[: kept + 1]
        elif size in ends or size == 0:
            assert len(lines) == kept
        else:
            assert [type(line) for line in lines[kept:]] == [Torn]


@pytest.mark.negative
def test_any_flipped_byte_before_the_tail_is_noticed_or_is_still_a_valid_line(written: Path) -> None:
    """Damage inside the file never raises anything but a LedgerError and never invents a trial."""
    data = written.read_bytes()
    for place in range(len(data) - 1):
        written.write_bytes(data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :])
        with contextlib.suppress(LedgerError):
            assert sum(isinstance(line, Trial) for line in read_lines(written)) <= 2


@pytest.mark.negative
def test_two_writers_never_share_a_file(written: Path) -> None:
    """Opening a ledger that exists is refused."""
    with pytest.raises(LedgerError, match="never written by two"):
        LedgerWriter(written, header())


@pytest.mark.negative
@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([trial("a")], "begins with its header, not with a trial line"),
        ([header(), header()], "a second header"),
        ([header(), {"kind": "trial"}], ":2: not a ledger line"),
        ([{"kind": "header", "schema": "autobiz.ledger/2"}], "written in schema 'autobiz.ledger/2'"),
        ([{"schema": "somebody.else/1"}], "written in schema 'somebody.else/1'"),
        ([["a", "list"]], ":1: not a ledger line"),
    ],
)
def test_a_foreign_file_is_refused_with_place_and_reason(
    tmp_path: Path, lines: list[object], words: str
) -> None:
    """What is whole but not ours raises, naming file and line."""
    path = tmp_path / "foreign.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))

    with pytest.raises(LedgerError, match=words.replace("(", r"\(")) as caught:
        list(read_lines(path))

    assert str(path) in str(caught.value)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    """A writer that died before its header left no evidence, and reading says just that."""
    path = tmp_path / "empty.jsonl"
    path.touch()

    assert list(read_lines(path)) == []


def test_folders_are_searched_and_files_are_taken_once(tmp_path: Path, written: Path) -> None:
    """Naming a folder and a file in it reads that file once."""
    assert ledger_files([tmp_path, written]) == [written.resolve()]


@pytest.mark.negative
def test_what_does_not_exist_is_told(tmp_path: Path) -> None:
    """A missing ledger is an error, never an empty one."""
    with pytest.raises(LedgerError, match="no such ledger"):
        ledger_files([tmp_path / "nowhere"])


@pytest.mark.negative
def test_a_whole_disk_is_no_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of far more files than any run leaves is told, and not searched to its end."""
    monkeypatch.setattr("autobiz_gates.ledger._ENTRIES_MAX", 3)
    for name in ("a.jsonl", "b/c.jsonl", "b/d.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    with pytest.raises(LedgerError, match="more than 3 files and folders"):
        ledger_files([tmp_path])
    assert len(ledger_files([tmp_path / "b"])) == 2
