"""Kind p1 at its edges: every small case that may be broken, what more is needed, what a file may say."""

from datetime import date
from itertools import combinations_with_replacement, product
from pathlib import Path

import pytest

from autobiz_gates import (
    CaseTally,
    Condition,
    Decision,
    GateFileError,
    P1Gate,
    Tallies,
    decide,
    read_gate_file,
)

pytestmark = pytest.mark.priority("P0")

TODAY = date(2030, 6, 15)
WORDS = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing", "i": "invalid"}
GATE = P1Gate(name="g", floor=0.5, cases_min=1)


def conditions(*cases: str, gate: P1Gate = GATE) -> dict[str, Condition]:
    tallied = tuple(
        CaseTally(case=f"c{place}", outcomes=tuple(WORDS[letter] for letter in word))
        for place, word in enumerate(cases)
    )
    runs = tuple(range(1, max(map(len, cases)) + 1))
    decided = decide(gate, Tallies(cases=tallied, runs=runs), TODAY)
    return {one.name: one for one in decided.conditions}


EVERY_CASE = [
    *map("".join, product(WORDS, repeat=3)),
    *map("".join, combinations_with_replacement("pfsm", 7)),
]


@pytest.mark.parametrize("word", EVERY_CASE)
def test_a_case_is_broken_when_no_end_of_its_trials_saves_it(word: str) -> None:
    """More than half failed: shut if that stays so however the open trials end, and told what lacks."""
    against, judged = sum(map(word.count, "fu")), sum(map(word.count, "pfu"))
    open_still = sum(map(word.count, "mi"))

    broken = conditions(word)["broken cases"]

    if 2 * against <= judged:
        assert broken.decision is Decision.OPEN
        assert broken.clean_trials_more is None
        return
    is_lost = 2 * against > judged + open_still
    assert broken.decision is (Decision.SHUT if is_lost else Decision.UNDECIDED)
    assert broken.clean_trials_more == 2 * against - judged


def test_what_several_broken_cases_lack_is_told_together() -> None:
    """The clean trials of all suspects are added up, those of healthy cases are not."""
    assert conditions("fff", "pff", "fpp", "fuu")["broken cases"].clean_trials_more == 3 + 1 + 3


@pytest.mark.parametrize("runs", [1, 2, 3, 5])
@pytest.mark.parametrize("lacking", [1, 2, 3])
def test_lacking_cases_are_told_with_all_their_runs(runs: int, lacking: int) -> None:
    """Each case that is wanting means as many clean trials as the gate has runs."""
    gate = P1Gate(name="g", floor=0.5, cases_min=2 + lacking, runs=runs)

    enough = conditions("ppp", "ppp", "sss", gate=gate)["cases"]

    assert (enough.clean_cases_more, enough.clean_trials_more) == (lacking, lacking * runs)


def test_asked_and_seen_name_the_rule() -> None:
    """A fixed gate asks for a bound, one of mode anytime for a bet."""
    tallies = Tallies(cases=(CaseTally(case="c", outcomes=("pass",) * 3),), runs=(1, 2, 3))
    asked = [
        decide(P1Gate(name="g", floor=0.95, mode=mode), tallies, TODAY).asked for mode in ("fixed", "anytime")
    ]

    assert asked == ["LCB >= 0.95", "bet against 0.95"]


def test_without_a_mode_two_sides_are_taken() -> None:
    """A gate of one's own making asks for what a gate file asks for by default."""
    assert (GATE.sided, GATE.confidence, GATE.mode, GATE.profile) == (2, 0.95, "fixed", "default")


@pytest.mark.negative
def test_strict_cannot_be_looked_at_after_every_case(tmp_path: Path) -> None:
    """Strict in mode anytime is refused; either alone is read."""
    for profile, mode, is_good in (
        ("strict", "anytime", False),
        ("strict", "fixed", True),
        ("literal", "anytime", True),
    ):
        baseline = 'baseline = "b"\n' if profile == "strict" else ""
        path = tmp_path / "gate.toml"
        path.write_text(
            f'[gate.g]\nkind = "p1"\nfloor = 0.9\nprofile = "{profile}"\nmode = "{mode}"\n{baseline}'
        )
        if is_good:
            assert read_gate_file(path).gates
        else:
            with pytest.raises(GateFileError, match="judged by case already"):
                read_gate_file(path)
