"""Look into a decision that was made from trials."""

from autobiz_gates import Figures, GateDecision


def figures_of(decided: GateDecision) -> Figures:
    """The figures, which a gate over trials always has."""
    assert decided.figures is not None
    return decided.figures
