"""Judge a text by a model, which has no say where it has not shown that it can judge."""

from .calibration import Calibration
from .evidence import given
from .oracle import Finding, MissingEvidenceError, oracle
from .rubric import Rubric
from .verdict import OracleType
from .vote import Judge, Vote, majority, votes_on


@oracle(OracleType.CONSISTENCY)
def graded(text: str | None, *, rubric: Rubric, judge: Judge, calibration: Calibration | None) -> Finding:
    """More than half of a calibrated model's votes say that a text agrees with the rubric."""
    text = given(text, "the text")
    proof = given(calibration, "the model's calibration")
    if proof.rubric != rubric:
        raise MissingEvidenceError(f"the model was calibrated for another rubric than {rubric.name}")
    if proof.obstacle:
        raise MissingEvidenceError(f"the model may not judge by {rubric.name}: {proof.obstacle}")
    votes = votes_on(text, rubric, judge)
    said = ", ".join(votes)
    vote = majority(votes)
    if vote is Vote.ABSTAIN:
        raise MissingEvidenceError(f"the model could not tell by {rubric.name}: {said}")
    return Finding(
        holds=vote is Vote.PASS,
        reason=f"{rubric.name}: {said} (kappa {proof.kappa:.2f})",
        observed=text,
        expected=rubric.question.strip(),
    )
