"""The figures of a decision, recomputed case by case from the letters of small suites."""

from math import comb

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autobiz_gates import CaseTally
from autobiz_gates.figures import METHOD_CASES, METHOD_POOLED, CaseCost, Figures, case_figures, cut
from autobiz_gates.statistics import case_lower, cochran_q, wilson_lower, z_quantile

pytestmark = pytest.mark.priority("P0")

WORDS = {
    "p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing", "i": "invalid", "r": "replay",
}  # fmt: skip
ROWS = st.lists(st.text("pppfusmir", min_size=1, max_size=4), max_size=7)


def tallied(rows: list[str], prefix: str = "c") -> list[CaseTally]:
    return [
        CaseTally(case=f"{prefix}{place}", outcomes=tuple(WORDS[letter] for letter in row))
        for place, row in enumerate(rows)
    ]


def figures(rows: list[str], quarantined: list[str] | None = None, method: str = METHOD_POOLED) -> Figures:
    return case_figures(
        tallied(rows),
        floor=0.9,
        confidence=0.95,
        sided=2,
        method=method,
        runs_min=3,
        quarantined=tallied(quarantined or [], "q"),
    )


def judged(row: str) -> int:
    return sum(map(row.count, "pfu"))


@given(ROWS)
@example([])
@example(["sss", "m"])
@example(["prr", "ppp"])
def test_counts_are_those_of_the_letters(rows: list[str]) -> None:
    """Every kind of outcome is counted, a replay is no trial, and the runs are the longest row's."""
    found, letters = figures(rows), "".join(rows)

    assert (found.passes, found.trials) == (letters.count("p"), judged(letters))
    assert found.rate == (found.passes / found.trials if found.trials else None)
    counts = (found.failed, found.unknown, found.skipped, found.missing, found.invalid, found.replayed)
    assert counts == tuple(map(letters.count, "fusmir"))
    assert found.cases == sum(judged(row) > 0 for row in rows)
    assert found.runs == max((len(row) - row.count("m") for row in rows), default=0)
    assert found.runs_independent == max(
        (len(row) - row.count("m") - row.count("r") for row in rows), default=0
    )
    assert (found.floor, found.confidence, found.sided, found.cases_min, found.runs_min) == (
        0.9,
        0.95,
        2,
        1,
        3,
    )
    assert (found.z, found.z_case) == (z_quantile(0.95, 2), z_quantile(0.95, 1))


@given(ROWS, st.lists(st.text("pfusmir", min_size=1, max_size=4), max_size=3))
def test_bounds_are_those_of_the_counts(rows: list[str], quarantined: list[str]) -> None:
    """The worst bound takes every slot of a quarantined case for a failure; without a trial there is none."""
    passes, trials = (
        [row.count("p") for row in rows if judged(row)],
        [judged(row) for row in rows if judged(row)],
    )
    lost = [len(row) - row.count("r") for row in quarantined if len(row) > row.count("r")]
    for method in (METHOD_POOLED, METHOD_CASES):
        found = figures(rows, quarantined, method)

        def bound(k: list[int], n: list[int], method: str = method) -> float | None:
            if not n:
                return None
            pooled = wilson_lower(sum(k), sum(n), 0.95, 2)
            return pooled if method == METHOD_POOLED else case_lower(k, n, 0.95, 2)

        assert found.lcb == pytest.approx(bound(passes, trials))
        assert found.lcb_worst == pytest.approx(bound([*passes, *(0 for _ in lost)], [*trials, *lost]))
        assert found.lcb_case == pytest.approx(case_lower(passes, trials, 0.95, 1) if trials else None)
        assert found.quarantined == tuple(f"q{place}" for place in range(len(quarantined)))


@given(ROWS)
@example(["ppf", "ppp"])
@example(["ppff", "ppp"])
def test_pass_three_is_over_cases_that_ran_three_times(rows: list[str]) -> None:
    """The chance that three of a case's own trials all passed, on average over the cases that have three."""
    chances = [comb(row.count("p"), 3) / comb(judged(row), 3) for row in rows if judged(row) >= 3]

    assert figures(rows).pass_3 == pytest.approx(sum(chances) / len(chances) if chances else None)


@given(ROWS)
@example(["pf", "fp", "pp"])
@example(["pfp", "pf"])
@example(["pfr", "pff"])
def test_runs_are_compared_on_cases_that_were_judged_in_each(rows: list[str]) -> None:
    """Cochran's Q over the mixed cases of the longest rows without a gap or a replay."""
    mixed = [row for row in rows if 0 < row.count("p") < judged(row) == len(row)]
    longest = max(map(len, mixed), default=0)
    table = [[int(letter == "p") for letter in row] for row in mixed if len(row) == longest]

    expected = cochran_q(table, longest)["p_value"] if table else None
    assert figures(rows).runs_p == pytest.approx(expected)


@given(ROWS)
@example(["ppf", "pff", "ppm", "pmm", "ppi", "pii", "sss", "rrr", "ppp"])
def test_what_costs_is_told_worst_first(rows: list[str]) -> None:
    """Cases with a failure, a gap, a spoiled trial or no trial at all, in this order of weight."""
    costly = [
        (place, row)
        for place, row in enumerate(rows)
        if any(letter in row for letter in "fumi") or not judged(row)
    ]
    costly.sort(
        key=lambda one: (
            -one[1].count("f") - one[1].count("u"), -one[1].count("m"), -one[1].count("i"), f"c{one[0]}"
        )
    )  # fmt: skip

    assert figures(rows).costing == tuple(
        CaseCost(
            case=f"c{place}",
            passed=row.count("p"),
            failed=row.count("f"),
            unknown=row.count("u"),
            skipped=row.count("s"),
            missing=row.count("m"),
            invalid=row.count("i"),
        )
        for place, row in costly
    )


@pytest.mark.parametrize(
    ("bound", "told"),
    [(0.94999999, "0.9499"), (0.95, "0.9500"), (1.0, "1.0000"), (0.0, "0.0000"), (0.00019, "0.0001")],
)
def test_a_bound_is_cut_and_not_rounded(bound: float, told: str) -> None:
    """What is below a floor of four digits never looks like at it."""
    assert cut(bound) == told


def test_a_plain_form_keeps_every_figure() -> None:
    """For JSON tuples become lists, keys keep their order, and costs become objects."""
    found = figures(["ppf"]).to_dict()

    assert list(found)[:3] == ["floor", "passes", "trials"]
    assert found["costing"] == [
        {"case": "c0", "passed": 2, "failed": 1, "unknown": 0, "skipped": 0, "missing": 0, "invalid": 0}
    ]
    assert (found["waived"], found["quarantined"]) == ([], [])
