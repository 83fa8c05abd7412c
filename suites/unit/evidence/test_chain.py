"""The decision log: entries neither change nor move nor vanish unseen."""

import fcntl
import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_gates.evidence import (
    Bundle,
    ChainError,
    Head,
    entry_after,
    generate_key,
    hash_of_line,
    open_chain,
    read_chain_lines,
    read_log,
)

from ...evidence_cases import SIGNED, bundled

pytestmark = pytest.mark.priority("P0")

KEY = generate_key()


def chain_of(count: int, name: str = "r") -> tuple[list[bytes], list[Bundle]]:
    """A log of bundles, each at its place."""
    lines: list[bytes] = []
    bundles = []
    for index in range(count):
        place = Head(count=index, hash=hash_of_line(lines[-1])) if lines else Head()
        _, bundle = bundled(KEY, place, run_id=f"{name}{index}")
        bundles.append(bundle)
        lines.append(bundle.entry().line())
    return lines, bundles


LINES, BUNDLES = chain_of(5)
FOREIGN, _ = chain_of(5, "s")


def first_bad(lines: list[bytes], bundle: Bundle | None = None, known_head: str | None = None) -> int | None:
    try:
        read_log(lines, bundle=bundle, known_head=known_head)
    except ChainError as error:
        return error.index
    return None


def test_a_whole_log_is_believed_and_names_its_head() -> None:
    """The head is the count of entries and the last one's hash; each bundle stands at its place."""
    assert read_log(LINES).head == Head(count=5, hash=hash_of_line(LINES[-1]))
    assert [first_bad(LINES, bundle) for bundle in BUNDLES] == [None] * 5
    assert read_log([]).head == Head()


@pytest.mark.negative
def test_every_change_of_one_byte_is_found() -> None:
    """Each of the 255 other bytes at every place of an entry is refused, even where no entry follows."""
    line = LINES[0]
    missed = [
        (place, byte)
        for place in range(len(line))
        for byte in range(256)
        if byte != line[place] and first_bad([b"%b%c%b" % (line[:place], byte, line[place + 1 :])]) != 0
    ]

    assert missed == []


@pytest.mark.negative
def test_every_change_of_one_byte_of_the_file_is_found() -> None:
    """The same for the first and the last entry as a file's reader splits them, newlines included."""
    data = b"".join(LINES[:2])
    for place in range(len(data)):
        for change in (1, 0x20, 0x80, data[place] ^ 0x0A):
            if change:
                changed = data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]
                lines = changed.splitlines(keepends=True)
                assert first_bad(lines) is not None, (place, change)


@pytest.mark.negative
def test_an_entry_forged_with_its_hash_is_found_at_the_next() -> None:
    """Whoever computes the changed entry's hash too breaks the link of the entry after it."""
    entry = entry_after(Head(count=2, hash=hash_of_line(LINES[1])), at=SIGNED, kind="evidence", body={})

    assert first_bad([*LINES[:2], entry.line(), *LINES[3:]]) == 3


@pytest.mark.negative
def test_a_forged_last_entry_is_found_by_its_bundle() -> None:
    """At the end there is no next entry, but the bundle gives every byte of its own."""
    entry = entry_after(Head(count=4, hash=hash_of_line(LINES[3])), at=SIGNED, kind="evidence", body={})

    assert first_bad([*LINES[:4], entry.line()]) is None
    assert first_bad([*LINES[:4], entry.line()], BUNDLES[4]) == 4


@pytest.mark.negative
def test_every_other_order_is_found() -> None:
    """Of all orders of five entries only the true one is believed, and the first wrong place is named."""
    for order in itertools.permutations(range(5)):
        expected = next((place for place, index in enumerate(order) if place != index), None)
        assert first_bad([LINES[index] for index in order]) == expected


@pytest.mark.negative
def test_an_entry_taken_out_or_doubled_is_found() -> None:
    """A gap shows at the entry that moved up, a copy at the copy."""
    for place in range(4):
        assert first_bad(LINES[:place] + LINES[place + 1 :]) == place
        assert first_bad(LINES[: place + 1] + LINES[place:]) == place + 1


@pytest.mark.negative
def test_a_log_spliced_from_two_is_found() -> None:
    """Entries of another log, whole in itself, do not continue this one."""
    for place in range(1, 5):
        assert first_bad(LINES[:place] + FOREIGN[place:]) == place


@pytest.mark.negative
def test_a_log_cut_short_is_found_by_whoever_knows_a_later_hash() -> None:
    """Without its tail a log is whole in itself; a bundle, or a head written down, tells."""
    for kept in range(5):
        assert first_bad(LINES[:kept]) is None
        assert first_bad(LINES[:kept], BUNDLES[4]) == kept
        assert first_bad(LINES[:kept], known_head=hash_of_line(LINES[4])) == kept
    assert first_bad(LINES, known_head=hash_of_line(LINES[2])) is None


@pytest.mark.negative
def test_a_log_replaced_as_a_whole_is_found_by_the_bundle() -> None:
    """Another log of the same length is not the one that the bundle was written into."""
    assert first_bad(FOREIGN) is None
    with pytest.raises(ChainError, match="entry 3: follows other entries than the bundle saw"):
        read_log(FOREIGN, bundle=BUNDLES[3])


@pytest.mark.negative
@given(count=st.integers(2, 5), seed=st.integers(0, 10_000), change=st.integers(1, 255))
@settings(max_examples=100)
def test_any_change_anywhere_is_found(count: int, seed: int, change: int) -> None:
    """One byte of one entry of a log of any length."""
    data = b"".join(LINES[:count])
    place = seed % len(data)
    changed = data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]

    assert first_bad(changed.splitlines(keepends=True)) is not None


@pytest.mark.parametrize("cut", [1, 2, 40, 300])
def test_a_torn_tail_is_dropped_by_the_next_writer(tmp_path: Path, cut: int) -> None:
    """A writer killed in the middle of a line leaves the log as it was before; the next one goes on."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(LINES)[:-cut])

    assert first_bad(list(read_chain_lines(path))) == 4
    with open_chain(path) as chain:
        assert chain.torn
        assert chain.log.head.count == 4
        chain.append(BUNDLES[4].entry())

    assert path.read_bytes() == b"".join(LINES)


@pytest.mark.negative
def test_nothing_is_appended_to_a_broken_log(tmp_path: Path) -> None:
    """A log that was changed is not written on, so that the change cannot be buried."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(LINES[0] + LINES[2])

    with pytest.raises(ChainError, match="entry 1"), open_chain(path):
        pass

    assert path.read_bytes() == LINES[0] + LINES[2]


@pytest.mark.negative
def test_only_the_entry_that_follows_is_appended(tmp_path: Path) -> None:
    """An entry made for another head is refused."""
    with open_chain(tmp_path / "log.jsonl") as chain, pytest.raises(ChainError, match="does not follow"):
        chain.append(BUNDLES[1].entry())


def test_an_open_log_is_locked(tmp_path: Path) -> None:
    """While one writer is between reading the head and appending, no other can be."""
    path = tmp_path / "log.jsonl"
    with open_chain(path), path.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


APPEND_TEN = """
import sys, pathlib, datetime
from autobiz_gates.evidence import entry_after, open_chain
at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
for number in range(10):
    with open_chain(pathlib.Path(sys.argv[1])) as chain:
        chain.append(entry_after(chain.log.head, at=at, kind="evidence", body={"n": number}))
"""


def test_writers_at_once_take_turns(tmp_path: Path) -> None:
    """Three processes that append at the same time make one whole log with all their entries."""
    path = tmp_path / "log.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", APPEND_TEN, str(path)]) for _ in range(3)]

    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert read_log(read_chain_lines(path)).head.count == 30
