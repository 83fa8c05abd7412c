"""Non-inferiority of the same cases, recomputed from their letters."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autobiz_gates import CaseTally, Decision
from autobiz_gates.pairing import Pair, non_inferiority
from autobiz_gates.statistics import newcombe_paired

pytestmark = pytest.mark.priority("P0")

WORDS = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing"}
ROW = st.tuples(st.sampled_from(["ppp", "fff"]), st.text("pfusm", min_size=3, max_size=7), st.integers(1, 90))


def tally(row: str) -> CaseTally:
    return CaseTally(case="c", outcomes=tuple(WORDS[letter] for letter in row))


def difference(outcomes: list[tuple[bool, bool]]) -> tuple[float, float]:
    """Both ends of Newcombe's interval for what these pairs of majorities lost or won."""
    a, b, c, d = (outcomes.count((was, now)) for was in (True, False) for now in (True, False))
    found = newcombe_paired(a, b, c, d, 0.95, 1)
    return found["lower"], found["upper"]


@given(st.lists(ROW, min_size=1, max_size=4))
@example([("ppp", "ppp", 60)])
@example([("ppp", "ppp", 20), ("ppp", "fff", 1)])
@example([("ppp", "pmm", 30), ("ppp", "fff", 2)])
@example([("ppp", "fffmmm", 60)])
@example([("ppp", "fffmmmm", 60)])
@example([("ppp", "ppp", 90), ("ppp", "fff", 6)])
@example([("ppp", "ppp", 90), ("ppp", "fff", 40)])
def test_a_loss_is_excluded_shown_or_left_open(rows: list[tuple[str, str, int]]) -> None:
    """Open where five points are excluded; shut where no end of the open trials could still exclude them."""
    pairs = [
        Pair(case="c", before=tally(before), now=tally(now))
        for before, now, times in rows
        for _ in range(times)
    ]
    then = [before == "ppp" for before, _, times in rows for _ in range(times)]
    seen, could = [], []
    for _, now, times in rows:
        against, judged = now.count("f") + now.count("u"), sum(map(now.count, "pfu"))
        seen += [2 * now.count("p") > judged] * times
        could += [2 * (len(now) - against) > len(now)] * times
    lower, _ = difference(list(zip(then, seen, strict=True)))
    best_lower, best_upper = difference(list(zip(then, could, strict=True)))
    clean_lower, _ = difference([(was, True) for was in then])

    answer = non_inferiority(pairs, 0.95)

    if not any(sum(map(now.count, "pfu")) for _, now, _ in rows):
        assert answer.decision is Decision.UNDECIDED
    elif lower > -0.05:
        assert answer.decision is Decision.OPEN
    elif best_upper < -0.05 or clean_lower > -0.05 >= best_lower:
        assert answer.decision is Decision.SHUT
    else:
        assert answer.decision is Decision.UNDECIDED
        more = answer.clean_cases_more
        assert more is not None
        both = list(zip(then, could, strict=True))
        assert difference([*both, *[(True, True)] * more])[0] > -0.05
        assert more == 0 or difference([*both, *[(True, True)] * (more - 1)])[0] <= -0.05
