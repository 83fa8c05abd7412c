"""The page of error codes says what the code says."""

import pytest

from autobiz_oracles import expect

from .taxonomy import PAGE, SETS, page, rows

pytestmark = [pytest.mark.priority("P2"), pytest.mark.requirement("P1-R03")]


def test_the_page_says_what_the_code_says() -> None:
    """Each closed set is on the page as it is in the code; `make errors` writes it anew."""
    expect.value(PAGE.read_text(encoding="utf-8")).equals(page())


def test_every_code_is_on_the_page() -> None:
    """No member of any set is missing, and those of the compiler all say what they mean."""
    told = PAGE.read_text(encoding="utf-8")
    missing = [name for _, kind in SETS for name, _ in rows(kind) if f"| `{name}` |" not in told]
    expect.complaints(missing, about=SETS).none()
    expect.complaints([name for name, words in rows(SETS[0][1]) if not words], about=SETS).none()
