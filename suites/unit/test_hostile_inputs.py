"""A hostile input is refused in words of ours or read, and opens nothing; benchmarks/fuzz tries a million."""

from pathlib import Path

import pytest

from autobiz_gates import Decision

from .hostile.door import READ, REFUSED, Door, FindingError, demand
from .hostile.mutating import Mutator
from .hostile.trying import Finding, commanded, doors, tried

pytestmark = [pytest.mark.priority("P0"), pytest.mark.negative]

NAMES = (
    *("gate-file", "pyproject", "criteria", "quarantine", "ledger", "sources", "junit", "allure", "metric"),
    *("bundle", "payload", "evidence", "chain", "forged-chain", "override", "override-payload", "approval"),
    *("approval-payload", "key"),
)
INPUTS = 120
# Not a measure of speed: what hangs would hang for ever.
CPU_S_MAX = 60.0


def door_of(name: str, folder: Path) -> Door:
    return next(door for door in doors(folder) if door.name == name)


def test_every_way_in_is_tried(tmp_path: Path) -> None:
    """No door is left out of these tests."""
    assert tuple(door.name for door in doors(tmp_path)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_is_valid_is_read(name: str, tmp_path: Path) -> None:
    """The first input that hostile ones are made from gets in, so that changes of it are put to the test."""
    door = door_of(name, tmp_path)

    assert tried(door, door.corpus[0]) == READ


@pytest.mark.parametrize("name", NAMES)
def test_hostile_inputs_get_nowhere(name: str, tmp_path: Path) -> None:
    """Of inputs drawn from a seed each is refused or read; none raises something else or opens a gate."""
    door = door_of(name, tmp_path)
    mutator = Mutator(door.corpus, f"unit {name}")
    answers = [tried(door, mutator.next(), CPU_S_MAX) for _ in range(INPUTS)]

    assert [one for one in answers if isinstance(one, Finding)] == []
    assert REFUSED in answers or name == "metric"


@pytest.mark.parametrize("name", NAMES)
def test_the_commands_answer_hostile_inputs(name: str, tmp_path: Path) -> None:
    """The command line says what is wrong and ends with a number of its own, never with a traceback."""
    door = door_of(name, tmp_path)
    mutator = Mutator(door.corpus, f"command {name}")
    for _ in range(4 if door.commands else 0):
        data = mutator.next()
        assert tried(door, data, CPU_S_MAX) in (READ, REFUSED)
        assert commanded(door, data, CPU_S_MAX) is None


@pytest.mark.parametrize("name", NAMES)
def test_bombs_do_not_go_off(name: str, tmp_path: Path) -> None:
    """What is small to write and long to read is refused or read like anything else."""
    door = door_of(name, tmp_path)

    answers = [tried(door, bomb, CPU_S_MAX) for bomb in door.bombs]
    assert [one for one in answers if isinstance(one, Finding)] == []


def test_one_seed_draws_the_same_inputs(tmp_path: Path) -> None:
    """An input that got through can be drawn again from its seed."""
    corpus = door_of("gate-file", tmp_path).corpus
    first, again, other = (Mutator(corpus, seed) for seed in ("1", "1", "2"))
    drawn = [first.next() for _ in range(50)]

    assert drawn == [again.next() for _ in range(50)]
    assert drawn != [other.next() for _ in range(50)]


def test_what_gets_through_is_told() -> None:
    """An open gate, a foreign exception and an endless loop are findings, not answers."""

    def opens(data: bytes) -> str:
        demand(Decision.SHUT is Decision(data.decode()), "it is open")
        return READ

    def loops(data: bytes) -> str:
        while data:
            pass
        return READ

    opening = Door(name="x", corpus=(), attempt=opens)
    endless = Door(name="y", corpus=(), attempt=loops)

    assert tried(opening, b"shut") == READ
    assert tried(opening, b"open") == Finding(door="x", data=b"open", what="it is open")
    foreign = tried(opening, b"?")
    assert isinstance(foreign, Finding)
    assert foreign.what.startswith("ValueError")
    stuck = tried(endless, b"1", 0.05)
    assert isinstance(stuck, Finding)
    assert "more than 0.05 s" in stuck.what


def test_a_command_that_opens_is_told(tmp_path: Path) -> None:
    """Exit code 0 where nothing may open, and a traceback, are findings too."""
    door = Door(name="x", corpus=(), attempt=len, commands=(("--version",),))  # type: ignore[arg-type]  # never attempted

    told = commanded(door, b"")

    assert told is not None
    assert "ended with 0" in told.what
    with pytest.raises(FindingError):
        demand(0, "no")
