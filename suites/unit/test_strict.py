"""Profile strict: a bound over cases and, against a baseline, no loss of five points."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import CaseTally, Condition, Decision, GateDecision, P1Gate, decide, fold
from autobiz_gates.pairing import Pair, non_inferiority

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

TODAY = date(2026, 1, 1)
GATE = P1Gate(name="g", floor=0.8, sided=1, profile="strict", cases_min=1, baseline="baseline")
WORDS = {"p": "pass", "f": "fail", "s": "skip", "m": "missing"}
BADNESS = {Decision.OPEN: 0, Decision.UNDECIDED: 1, Decision.SHUT: 2}


def write(folder: Path, rows: dict[str, str]) -> Path:
    """Three runs of cases, each given as its outcomes: p, f, s, or m for none."""
    for run in (1, 2, 3):
        trials = [
            trial(case, WORDS[row[run - 1]], run=run) for case, row in rows.items() if row[run - 1] != "m"
        ]
        write_ledger(folder / f"{run}.jsonl", header(run=run), plan(*rows, run=run), *trials)
    return folder


def decided(root: Path, before: dict[str, str], now: dict[str, str]) -> GateDecision:
    write(root / "baseline", before)
    return decide(GATE, fold([write(root / "now", now)]), TODAY, root)


def rows(count: int, row: str = "ppp") -> dict[str, str]:
    return {f"case-{number}": row for number in range(count)}


def tally(word: str) -> CaseTally:
    return CaseTally(case="c", outcomes=tuple(WORDS[letter] for letter in word))


def judged(*pairs: tuple[str, str]) -> Condition:
    return non_inferiority(
        [Pair(case=str(n), before=tally(was), now=tally(now)) for n, (was, now) in enumerate(pairs)], 0.95
    )


def test_strict_opens_where_nothing_was_lost(tmp_path: Path) -> None:
    """Sixty cases that pass then and now exclude a drop of five points."""
    decision = decided(tmp_path, rows(60), rows(60))

    assert decision.decision is Decision.OPEN
    assert "not worse than the baseline" in decision.reason


@pytest.mark.parametrize(("cases", "expected"), [(51, Decision.UNDECIDED), (52, Decision.OPEN)])
def test_fewer_than_fifty_two_cases_cannot_show_it(tmp_path: Path, cases: int, expected: Decision) -> None:
    """With all cases passing both times the bound is above minus five points from 52 cases up."""
    assert decided(tmp_path, rows(cases), rows(cases)).decision is expected


@pytest.mark.negative
def test_a_loss_that_the_bound_alone_would_let_pass_shuts(tmp_path: Path) -> None:
    """Four of a hundred cases newly dead reach the floor of 0.8, and are a loss that is not excluded."""
    decision = decided(tmp_path, rows(100), rows(100) | rows(4, "fff"))

    assert decision.decision is Decision.SHUT
    assert {one.name: one.decision for one in decision.conditions}["case bound"] is Decision.OPEN
    assert "must be above -5 to exclude a loss against the baseline" in decision.reason


@pytest.mark.negative
@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        (rows(60) | {"gone": "ppp"}, rows(60), "the baseline judged case gone, which was not tried again"),
        (rows(60), rows(60) | {"case-0": "pps"}, "in fewer runs than in the baseline"),
        (rows(60), {"other": "ppp"}, "no case of baseline was tried again"),
        (rows(60, "sss"), rows(60), "no case was judged both in the baseline and now"),
    ],
)
def test_what_cannot_be_paired_leaves_strict_undecided(
    tmp_path: Path, before: dict[str, str], now: dict[str, str], says: str
) -> None:
    """Lost, uneven and unjudged cases are missing evidence."""
    decision = decided(tmp_path, before, now)

    assert decision.decision is Decision.UNDECIDED
    assert says in decision.reason


@pytest.mark.negative
@pytest.mark.parametrize("baseline", ["nowhere", None])
def test_strict_never_opens_without_its_baseline(tmp_path: Path, baseline: str | None) -> None:
    """A baseline that is not there, or that nobody named, leaves it undecided."""
    gate = P1Gate(name="g", floor=0.8, sided=1, profile="strict", cases_min=1, baseline=baseline)

    decision = decide(gate, fold([write(tmp_path / "now", rows(100))]), TODAY, tmp_path)

    assert decision.decision is Decision.UNDECIDED
    assert "baseline" in decision.reason


def test_a_clear_loss_shuts_however_few_the_cases() -> None:
    """Ten of ten cases newly dead are worse for certain."""
    condition = judged(*[("ppp", "fff")] * 10)

    assert condition.decision is Decision.SHUT
    assert "it is worse" in condition.reason


def test_it_says_how_many_cases_would_show_it() -> None:
    """So many more cases passing both times open it, and one fewer does not."""
    pairs = [("ppp", "ppp")] * 20 + [("ppp", "fff")]
    more = judged(*pairs).clean_cases_more
    assert more is not None

    assert judged(*pairs, *[("ppp", "ppp")] * more).decision is Decision.OPEN
    assert judged(*pairs, *[("ppp", "ppp")] * (more - 1)).decision is not Decision.OPEN


PAIRS = st.lists(
    st.tuples(st.sampled_from(["ppp", "fff", "ppf", "pff"]), st.text("pppfsm", min_size=3, max_size=3)),
    min_size=1,
    max_size=70,
)


@given(PAIRS, st.data())
def test_no_answer_gets_worse_when_one_outcome_improves(
    pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Turning any outcome of now into a pass leaves the answer as it is or makes it better."""
    slots = [(i, j) for i, (_, now) in enumerate(pairs) for j, letter in enumerate(now) if letter != "p"]
    if not slots:
        return
    i, j = data.draw(st.sampled_from(slots))
    was, now = pairs[i]
    better = [*pairs[:i], (was, now[:j] + "p" + now[j + 1 :]), *pairs[i + 1 :]]

    assert BADNESS[judged(*better).decision] <= BADNESS[judged(*pairs).decision]


@pytest.mark.negative
def test_a_case_lost_to_silence_is_not_left_out() -> None:
    """A case that passed in the baseline and was not judged now does not make the others look better."""
    assert judged(*[("ppp", "ppp")] * 60).decision is Decision.OPEN
    assert judged(*[("ppp", "ppp")] * 60, *[("ppp", "mmm")] * 9).decision is not Decision.OPEN
    assert judged(("ppp", "mmm"), ("fff", "mmp")).decision is not Decision.OPEN
