"""Which adversarial cases are shown, by which tests: the list and the marks say the same."""

import pytest

from autobiz_oracles import expect

from .adversarial import FILE, cases, complaints, marked, shown

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR03")]

CASES_IN_ALL = 118
SHOWN_MIN = 80

ONE = """
[[case]]
number = 1
name = "one"
says = "x"
"""
WAITING = ONE + 'awaits = "a store"\n'
TEST = "@pytest.mark.adversarial({})\ndef test_it(): ..."


def test_each_case_is_shown_or_says_what_it_awaits() -> None:
    """Every number on a mark is a case, and every case has a test or says what is missing for one."""
    listed = cases(FILE.read_text(encoding="utf-8"))
    expect.complaints(complaints(listed, shown()), about=listed).none()
    expect.worlds([each.number for each in listed], list(range(1, CASES_IN_ALL + 1))).alike()


def test_enough_cases_are_shown() -> None:
    """At least eighty of the cases are shown by a test."""
    showing = shown()
    expect.complaints([] if len(showing) >= SHOWN_MIN else [f"{len(showing)} shown"], about=showing).none()


@pytest.mark.negative
@pytest.mark.parametrize(
    ("listed", "numbers", "words"),
    [
        (ONE, "", "1 (one): no test carries it"),
        (ONE, "1, 2", "2 is the number of no case"),
        (ONE, "1, 'two'", "0 is the number of no case"),
        (ONE, "1, True", "0 is the number of no case"),
        (WAITING, "1", "1 (one): awaits something"),
        (ONE + ONE, "1", "1: listed twice"),
        (ONE + ONE.replace("= 1", "= 2"), "1, 2", "'one': names two cases"),
    ],
)
def test_what_differs_is_told(listed: str, numbers: str, words: str) -> None:
    """A case without a test, a mark without a case, a double, and a case that waits for nothing are seen."""
    showing: dict[int, list[str]] = {}
    for number, test in marked(TEST.format(numbers)) if numbers else ():
        showing.setdefault(number, []).append(test)
    found = complaints(cases(listed), showing)
    expect.value("; ".join(found)).contains(words)


def test_what_agrees_is_not_told() -> None:
    """A case with its test and a case that waits without one are as they must be; a bare mark is none."""
    agreed = complaints(cases(ONE), {1: ["test_it"]}) + complaints(cases(WAITING), {})
    expect.complaints(agreed, about=[ONE, WAITING]).none()
    expect.worlds(next(marked(TEST.format("")))[0], 0).alike()
