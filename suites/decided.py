"""Look into a decision that was made from trials."""

from autobiz_gates import Decision, Figures, GateDecision, worst


def figures_of(decided: GateDecision) -> Figures:
    """The figures, which a gate over trials always has."""
    assert decided.figures is not None
    return decided.figures


def without_baseline(decided: GateDecision) -> Decision:
    """The decision as far as it rests on the trials themselves and not on a baseline."""
    return worst(one.decision for one in decided.conditions if one.name != "baseline")
