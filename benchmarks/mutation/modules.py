"""The modules on the way from outcomes to a decision, and the unit tests that answer for each."""

from typing import Final

PACKAGE: Final = "autobiz_gates"
_FORMULAS: Final = (
    *("test_stat_vectors.py", "test_stat_refusals.py", "test_stat_exact.py", "test_plan.py"),
    *("test_stat_sources.py", "test_wilson.py"),
)
_DECISIONS: Final = ("test_decide_reasons.py", "test_decide_edges.py", "test_tally.py", "test_decide.py")
_FOLD: Final = ("test_fold.py", "test_ledger.py", "test_fold_model.py")

TESTS: Final[dict[str, tuple[str, ...]]] = {
    "bound": _DECISIONS,
    "kinds.p1": (*_DECISIONS, "test_gatefile.py"),
    "kinds.p0": (*_DECISIONS, "test_gatefile.py"),
    "wholeness": _DECISIONS,
    "decision": (*_DECISIONS, "test_conclusion.py"),
    "deciding": _DECISIONS,
    "curtailing": ("test_settled.py",),
    "waiver": (*_DECISIONS, "test_gatefile.py", "test_waiver.py"),
    "tally": _DECISIONS,
    "statistics.wilson": _FORMULAS,
    "statistics.allowance": _FORMULAS,
    "statistics.three_part": _FORMULAS,
    "statistics.curtailment": _FORMULAS,
    "figures": _DECISIONS,
    "folding": _FOLD,
    "gathering": _FOLD,
    "blocks": (*_FOLD, "test_hostile_findings.py"),
    "patterns": _DECISIONS,
    "anytime": ("test_anytime.py",),
    "quarantining": ("flakes/test_quarantine_decisions.py",),
    "pairing": (*_DECISIONS, "test_kind_regression.py"),
    "statistics.eprocess": (*_FORMULAS, "test_anytime.py"),
}
