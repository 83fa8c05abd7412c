"""Oracles always answer."""

import pytest

from autobiz_oracles import Finding, MissingEvidenceError, OracleType, Outcome, oracle


@oracle(OracleType.TIMING)
def divides_ten(number: int | None) -> Finding:
    """Say whether a number divides ten."""
    if number is None:
        raise MissingEvidenceError("no number")
    return Finding(
        holds=10 % number == 0, reason=f"ten by {number}", observed=str(number), expected="a divisor"
    )


def test_a_finding_becomes_a_verdict() -> None:
    """What holds is a pass, what does not is a fail; type and name are the oracle's."""
    good, bad = divides_ten(5), divides_ten(3)
    assert (good.outcome, good.type, good.name) == (Outcome.PASS, OracleType.TIMING, "divides_ten")
    assert (bad.outcome, bad.observed, bad.expected) == (Outcome.FAIL, "3", "a divisor")


@pytest.mark.negative
def test_an_oracle_that_raises_answers_unknown() -> None:
    """An exception inside an oracle is an unknown outcome with the exception as its reason."""
    verdict = divides_ten(0)
    assert verdict.outcome is Outcome.UNKNOWN
    assert "ZeroDivisionError" in verdict.reason


@pytest.mark.negative
def test_missing_evidence_is_unknown() -> None:
    """An oracle without evidence says what was missing and never passes."""
    verdict = divides_ten(None)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNKNOWN, "evidence is missing: no number")


@pytest.mark.negative
def test_interruption_is_not_a_verdict() -> None:
    """Only errors become unknown; an interruption goes through."""

    @oracle(OracleType.TIMING)
    def interrupted() -> Finding:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


def test_the_description_stays_with_the_oracle() -> None:
    """An oracle keeps the name and the docstring of the function that judges."""
    assert divides_ten.__name__ == "divides_ten"
    assert divides_ten.__doc__ == "Say whether a number divides ten."
