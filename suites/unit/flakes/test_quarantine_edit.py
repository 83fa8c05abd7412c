"""Changes of the reviewed file: one entry, and every other byte as people wrote it."""

import multiprocessing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import GateFileError
from autobiz_gates.flakes import (
    Cause,
    QuarantineEditError,
    QuarantineEntry,
    add_entry,
    alone,
    read_quarantine,
    remove_entry,
    renew_entry,
)

pytestmark = pytest.mark.priority("P1")

DAY = date(2026, 1, 1)
BY_HAND = """# Reviewed by the release team.

# The sandbox is down.
[[quarantine]]
case = "one"   # the slow one
owner = "ann"
ticket = "OPS-1"
reason = '''
It fails: # not a comment
[[quarantine]]
'''
evidence = "e"
cause = "infra"
priority = "P1"
opened = 2026-01-01
expires = 2026-01-05 # a week at most

# About the second.
[[ quarantine ]]
case = "two"
owner = "bob"
ticket = "OPS-2"
reason = "r"
evidence = "e"
cause = "env"
priority = "P2"
opened = 2026-01-01
expires = 2026-01-15
# The end.
"""


def entry(case: str, reason: str = "r") -> QuarantineEntry:
    return QuarantineEntry(
        case=case,
        owner="ann",
        ticket="OPS-3",
        reason=reason,
        evidence="e",
        cause=Cause.ORACLE,
        priority="P3",
        opened=DAY,
        expires=DAY + timedelta(days=30),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "quarantine.toml"
    written.write_text(BY_HAND, encoding="utf-8")
    return written


def test_added_entry_comes_last_and_nothing_else_changes(path: Path) -> None:
    """The file begins with what it was, and ends with the entry."""
    add_entry(path, entry("three"))
    assert path.read_text().startswith(BY_HAND)
    assert read_quarantine(path).entries[2] == entry("three")


def test_first_entry_makes_the_file(tmp_path: Path) -> None:
    """Where no file is, adding an entry makes one."""
    add_entry(tmp_path / "quarantine.toml", entry("one"))
    assert read_quarantine(tmp_path / "quarantine.toml").entries == (entry("one"),)


def add_thirty(path: Path, who: str) -> None:
    for number in range(30):
        with alone(path):
            add_entry(path, entry(f"{who}-{number}"))


def test_changes_at_once_lose_none(tmp_path: Path) -> None:
    """Two processes that each add thirty entries, one after the other, leave sixty."""
    path = tmp_path / "quarantine.toml"
    fork = multiprocessing.get_context("fork")
    started = [fork.Process(target=add_thirty, args=(path, who)) for who in ("ann", "bob")]
    for process in started:
        process.start()
    for process in started:
        process.join()

    assert [process.exitcode for process in started] == [0, 0]
    assert len(read_quarantine(path).entries) == 60


def test_removed_entry_takes_its_lines_and_no_others(path: Path) -> None:
    """Comments around the entry stay, and so does the other entry."""
    remove_entry(path, "one")
    text = path.read_text()
    assert [one.case for one in read_quarantine(path).entries] == ["two"]
    assert "# About the second.\n[[ quarantine ]]" in text
    assert "not a comment" not in text
    remove_entry(path, "two")
    assert path.read_text().endswith("# About the second.\n# The end.\n")
    assert read_quarantine(path).entries == ()


def test_renewal_changes_the_expiry_once(path: Path) -> None:
    """A renewal goes to the last day that it allows, names who allowed it, and cannot be repeated."""
    assert renew_entry(path, "one", "bob").expires == date(2026, 1, 15)
    assert read_quarantine(path).by_case["one"].renewed_by == "bob"
    before = path.read_bytes()
    with pytest.raises(QuarantineEditError, match="was renewed by bob already"):
        renew_entry(path, "one", "cid")
    assert path.read_bytes() == before


def test_line_ends_stay_as_they_are(path: Path) -> None:
    """A file with Windows line ends is changed without touching them."""
    path.write_bytes(BY_HAND.replace("'''\nIt", "'''It").replace("\n", "\r\n").encode())
    remove_entry(path, "two")
    assert path.read_bytes().count(b"\r\n") > 10
    assert [one.case for one in read_quarantine(path).entries] == ["one"]


@pytest.mark.negative
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: add_entry(path, entry("one")), "is quarantined twice"),
        (lambda path: renew_entry(path, "two", "Bob"), "takes somebody else's word"),
        (lambda path: renew_entry(path, "two", "ann", date(2027, 1, 1)), "at the latest, renewal included"),
        (lambda path: remove_entry(path, "three"), "'three' is not in quarantine"),
        (lambda path: renew_entry(path, "three", "ann"), "'three' is not in quarantine"),
        (lambda path: add_entry(path, entry("four", reason=" ")), "reason must be a string that says"),
        (lambda path: add_entry(path, entry("four", reason="\x7f")), "cannot be changed safely"),
    ],
)
def test_refused_change_leaves_the_file_alone(path: Path, change: object, words: str) -> None:
    """What the reader's rules forbid is not written, and the message says which rule."""
    assert callable(change)
    with pytest.raises((GateFileError, QuarantineEditError), match=words):
        change(path)
    assert path.read_text() == BY_HAND
    assert [one.name for one in path.parent.iterdir()] == ["quarantine.toml"]


@pytest.mark.negative
def test_tables_in_one_line_are_left_to_people(tmp_path: Path) -> None:
    """An entry that is not a table of its own cannot be changed by command."""
    path = tmp_path / "quarantine.toml"
    add_entry(path, entry("one"))
    pairs = ", ".join(line for line in path.read_text().splitlines()[1:])
    path.write_text(f"quarantine = [{{ {pairs} }}]\n")
    assert read_quarantine(path).entries == (entry("one"),)
    with pytest.raises(QuarantineEditError, match="edit it by hand"):
        remove_entry(path, "one")


@given(st.lists(st.text(min_size=1).filter(str.strip), unique=True, min_size=1, max_size=4), st.data())
def test_whatever_the_names_what_is_added_can_be_read_and_removed(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject
) -> None:
    """Adding and removing entries with any printable or odd names gives exactly the others, or is refused."""
    path = tmp_path_factory.mktemp("edit") / "quarantine.toml"
    there = []
    for name in names:
        try:
            there.append(add_entry(path, entry(name)))
        except QuarantineEditError:
            assert not path.exists() or read_quarantine(path).entries == tuple(there)
    if there:
        gone = data.draw(st.sampled_from(there))
        remove_entry(path, gone.case)
        assert read_quarantine(path).entries == tuple(one for one in there if one is not gone)
