"""The reviewed file: read whole, or every mistake at once with its line."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from autobiz_gates import GateFileError
from autobiz_gates.flakes import SLA_DAYS, Quarantine, quarantine_beside, read_quarantine

pytestmark = pytest.mark.priority("P0")

ENTRY = """[[quarantine]]
case = "test_a.py::test_slow"
owner = "ann"
ticket = "OPS-1"
reason = "The provider's sandbox times out."
evidence = "run 20260101T120000Z-1"
cause = "infra"
priority = "P1"
opened = 2026-01-01
expires = 2026-01-08
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "quarantine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(GateFileError) as error:
        read_quarantine(written(folder, text))
    return [str(problem).replace(f"{folder}/", "") for problem in error.value.problems]


def test_entry_is_read_whole(tmp_path: Path) -> None:
    """Every key of an entry arrives, and so does the hash of the file."""
    read = read_quarantine(written(tmp_path, ENTRY))
    (entry,) = read.entries
    assert (entry.case, entry.owner, entry.ticket) == ("test_a.py::test_slow", "ann", "OPS-1")
    assert (entry.cause, entry.priority) == ("infra", "P1")
    assert read.by_case == {entry.case: entry}
    assert read.sha256 is not None
    assert len(read.sha256) == 64


def test_no_file_and_no_entry_quarantine_nothing(tmp_path: Path) -> None:
    """Without a file beside the gate file, and with an empty one, every case gates."""
    assert quarantine_beside(tmp_path / "gate.toml") == Quarantine()
    written(tmp_path, "# nothing\n")
    assert quarantine_beside(tmp_path / "gate.toml").entries == ()


@pytest.mark.negative
def test_dangling_link_is_no_absent_file(tmp_path: Path) -> None:
    """A quarantine that leads nowhere is an error and not an empty one."""
    (tmp_path / "quarantine.toml").symlink_to(tmp_path / "gone")
    with pytest.raises(GateFileError, match="no such file"):
        quarantine_beside(tmp_path / "gate.toml")


@pytest.mark.parametrize("priority", SLA_DAYS)
@pytest.mark.parametrize("renewed", [False, True])
def test_expiry_is_bound_by_the_priority_and_one_renewal(
    tmp_path: Path, priority: str, renewed: bool
) -> None:
    """P1 has 7 days, P2 14, P3 30, twice that when somebody else renewed it, and not a day more."""
    days = SLA_DAYS[priority] * (2 if renewed else 1)
    last = date(2026, 1, 1) + timedelta(days=days)
    text = ENTRY.replace('"P1"', f'"{priority}"') + ('renewed_by = "bob"\n' if renewed else "")
    (entry,) = read_quarantine(written(tmp_path, text.replace("2026-01-08", str(last)))).entries
    assert [entry.holds_on(last + timedelta(days=day)) for day in (-days - 1, -days, 0, 1)] == [
        False, True, True, False,
    ]  # fmt: skip
    late = last + timedelta(days=1)
    (problem,) = problems(tmp_path, text.replace("2026-01-08", str(late)))
    assert f"{priority} has {SLA_DAYS[priority]} days: {last} at the latest" in problem
    assert problem.startswith("quarantine.toml:10: ")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"P1"', '"P0"', 8, "is P0, and a P0 case is never quarantined"),
        ('"P1"', '"P9"', 8, "must be 'P1', 'P2' or 'P3', not 'P9'"),
        ('"infra"', '"agent"', 7, "is agent, which is never quarantined"),
        ('"infra"', '"unknown"', 7, "is unknown, which is never quarantined: find it first"),
        ('"infra"', '"infar"', 7, "Did you mean 'infra'?"),
        ("owner", "ownre", 3, "unknown key 'ownre'. Did you mean 'owner'?"),
        ('"ann"', '" "', 3, "owner must be a string that says something"),
        ("2026-01-08", '"2026-01-08"', 10, "expires must be a date without quotes"),
        ("2026-01-08", "2025-12-31", 10, "before it was opened"),
        ("[[quarantine]]", "[quarantine]", 1, "must be tables named [[quarantine]]"),
        ("[[quarantine]]", "[[quarantin]]", 1, "unknown key 'quarantin'"),
        ("expires = 2026-01-08", "expires = 2026-01-08\nrenewed_by = 'Ann '", 11, "is its owner 'ann'"),
        ("expires = 2026-01-08", "expires = 2026-01-08\nfixed = 2025-01-01", 11, "before it was opened"),
        ("case =", "case", 2, "not valid TOML"),
    ],
)
def test_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    """Each mistake names file and line and what to write instead."""
    found = problems(tmp_path, ENTRY.replace(old, new))
    assert any(one.startswith(f"quarantine.toml:{line}: ") and words in one for one in found), found


@pytest.mark.negative
@pytest.mark.parametrize(
    "key", ["case", "owner", "ticket", "reason", "evidence", "cause", "priority", "opened", "expires"]
)
def test_no_key_may_be_wanting(tmp_path: Path, key: str) -> None:
    """An entry without one of its keys is refused, and the key is named."""
    text = "".join(line for line in ENTRY.splitlines(keepends=True) if not line.startswith(key))
    (problem,) = problems(tmp_path, text)
    assert f"{key!r} is missing" in problem


@pytest.mark.negative
def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Two broken entries and a case that is named twice are one answer, in the order of the file."""
    text = ENTRY + "\n" + ENTRY + "\n" + ENTRY.replace("test_slow", "test_b").replace('"ann"', "3")
    first, second = problems(tmp_path, text)
    assert "quarantine.toml:13: " in first
    assert "is quarantined twice" in first
    assert second.startswith("quarantine.toml:25: quarantine 'test_a.py::test_b': owner must be a string")
