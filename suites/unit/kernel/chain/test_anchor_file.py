"""The file of anchors: it only grows, and only by the anchor that comes next."""

import fcntl
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from autobiz_kernel.chains import (
    Anchor,
    ChainError,
    OvertakenError,
    anchor_file,
    anchor_of_line,
    last_anchor,
    read_anchor_lines,
)

from ....waiting import wait_until
from .histories_of_runs import anchored
from .test_anchors import history, lines_of


def append(path: Path, anchor: Anchor) -> None:
    with anchor_file(path) as file:
        file.append(anchor)


def test_anchors_are_appended_and_read_in_order(tmp_path: Path) -> None:
    """A file that was appended to anchor by anchor checks out."""
    path = tmp_path / "anchors.jsonl"
    _, anchors = history()
    for anchor in anchors:
        append(path, anchor)
    assert read_anchor_lines(path) == tuple(lines_of(anchors))


@pytest.mark.negative
def test_an_anchor_that_does_not_continue_the_file_is_not_appended(tmp_path: Path) -> None:
    """A second signer, a skipped anchor and a torn file are refused, and the file stays as it was."""
    path = tmp_path / "anchors.jsonl"
    _, anchors = history()
    with pytest.raises(ChainError, match="which is empty"):
        append(path, anchors[1])
    append(path, anchors[0])
    for wrong in (anchors[0], anchors[2]):
        with pytest.raises(OvertakenError, match="ends with anchor 1"):
            append(path, wrong)
    assert path.read_bytes() == anchors[0].line()
    path.write_bytes(anchors[0].line() + b'{"half')
    with pytest.raises(ChainError, match="torn"):
        append(path, anchors[1])
    with pytest.raises(ChainError, match="cannot be read"):
        read_anchor_lines(tmp_path / "none")


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """A disk on which no file grows beyond a size: what fits is written first, as on a real one."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.negative
def test_an_anchor_that_does_not_fit_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """A disk that is full in the middle of a line leaves no half of it, and room makes all well again."""
    path = tmp_path / "anchors.jsonl"
    _, anchors = history()
    append(path, anchors[0])
    whole = path.read_bytes()
    with full_at(len(whole) + 20):
        with pytest.raises(OSError, match="too large"):
            append(path, anchors[1])
        assert path.read_bytes() == whole
    append(path, anchors[1])
    assert last_anchor(path) == anchors[1]


def test_the_last_anchor_is_that_of_the_last_line(tmp_path: Path) -> None:
    """Without a file, or with an empty one, there is none yet."""
    path = tmp_path / "anchors.jsonl"
    assert last_anchor(path) is None
    path.touch()
    assert last_anchor(path) is None
    _, anchors = history()
    for anchor in anchors[:2]:
        append(path, anchor)
        assert last_anchor(path) == anchor


def _append(path: Path, line: bytes) -> bool:
    try:
        append(path, anchor_of_line(line))
    except ChainError:
        return False
    return True


@pytest.mark.negative
def test_of_two_signers_at_once_one_is_refused(tmp_path: Path) -> None:
    """Signers that append the same number at the same time leave one line."""
    path = tmp_path / "anchors.jsonl"
    runs, _ = history()
    rivals = [anchored([runs[0][:length]])[0].line() for length in (1, 2, 3, 4)]
    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(_append, [path] * 4, rivals))
    assert won.count(True) == 1
    assert path.read_bytes() == rivals[won.index(True)]


@pytest.mark.negative
def test_a_signer_waits_for_the_one_that_is_writing(tmp_path: Path) -> None:
    """While another holds the file nothing is written, and what it wrote is then taken into account."""
    path = tmp_path / "anchors.jsonl"
    runs, _ = history()
    mine, theirs = (anchored([runs[0][:length]])[0] for length in (1, 2))
    with ThreadPoolExecutor(1) as pool, path.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = pool.submit(_append, path, mine.line())
        # A signer that does not wait has written its line by the time that this one looks for a lock.
        wait_until(lambda: is_waited_for(path) or path.stat().st_size > 0, "the signer has come to the file")
        assert path.read_bytes() == b""
        held.write(theirs.line())
        held.flush()
        fcntl.flock(held, fcntl.LOCK_UN)
        assert waiting.result() is False
    assert path.read_bytes() == theirs.line()


def is_waited_for(path: Path) -> bool:
    """Whether the machine knows of somebody who waits for a lock on the file."""
    waiters = [line for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines() if "->" in line]
    return any(f":{path.stat().st_ino} " in line for line in waiters)
