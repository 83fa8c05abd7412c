"""What is changed: the modules from outcomes to a decision, the oracles, and the unit tests of each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A package whose modules are changed; what begins with a dash among the tests is an option of pytest.

    The functions of the modules in `at_import` have done their work once everything is imported, so a change
    of a body is seen only by those who import anew.
    """

    folder: str
    package: str
    tests: dict[str, tuple[str, ...]]
    at_import: frozenset[str] = frozenset()

    def path_of(self, module: str) -> Path:
        return ROOT / self.folder / self.package / f"{module.replace('.', '/')}.py"

    def name_of(self, module: str) -> str:
        return f"{self.package}.{module}"

    def asked_of(self, module: str) -> list[str]:
        """What pytest is asked for this module: paths, and options as they are."""
        return [one if one[0] == "-" else str(_path(one)) for one in self.tests[module]]

    @property
    def all_tests(self) -> list[str]:
        every = {test for tests in self.tests.values() for test in tests if test[0] != "-"}
        return [str(_path(test)) for test in sorted(every)]


def _path(test: str) -> Path:
    return ROOT / "suites" / "unit" / test


_FORMULAS: Final = (
    *("test_stat_vectors.py", "test_stat_refusals.py", "test_stat_exact.py", "test_plan.py"),
    *("test_stat_sources.py", "test_wilson.py", "test_stat_betting.py"),
)
_DECISIONS: Final = ("test_decide_reasons.py", "test_decide_edges.py", "test_tally.py", "test_decide.py")
_FOLD: Final = ("test_fold.py", "test_ledger.py", "test_fold_model.py")

_GATES: Final[dict[str, tuple[str, ...]]] = {
    "bound": _DECISIONS,
    "kinds.p1": (
        *("test_p1_edges.py", "test_gatefile.py", "test_gatefile_schema.py", "test_strict.py"),
        *("test_anytime.py", *_DECISIONS),
    ),
    "kinds.p0": (*_DECISIONS, "test_gatefile.py"),
    "wholeness": ("test_invalid_and_replayed.py", "test_p1_edges.py", *_DECISIONS),
    "decision": (*_DECISIONS, "test_conclusion.py"),
    "deciding": _DECISIONS,
    "curtailing": ("test_settled.py",),
    "waiver": (*_DECISIONS, "test_gatefile.py", "test_waiver.py"),
    "tally": ("test_figures.py", *_DECISIONS),
    "statistics.wilson": _FORMULAS,
    "statistics.allowance": (*_FORMULAS, "test_search.py"),
    "statistics.search": ("test_search.py",),
    "statistics.fisher": ("test_stat_paired.py", "test_stat_refusals.py"),
    "statistics.three_part": _FORMULAS,
    "statistics.curtailment": _FORMULAS,
    "figures": ("test_figures.py", *_DECISIONS),
    "folding": (*_FOLD, "test_invalid_and_replayed.py"),
    "gathering": (*_FOLD, "test_invalid_and_replayed.py"),
    "blocks": ("test_blocks.py", *_FOLD, "test_hostile_findings.py"),
    "patterns": _DECISIONS,
    "anytime": ("test_anytime.py",),
    "quarantining": ("flakes/test_quarantine_decisions.py",),
    "pairing": ("test_pairing.py", "test_strict.py", "test_kind_regression.py"),
    "kinds.regression": ("test_kind_regression.py", "test_gatefile_schema.py"),
    "kinds.count": ("test_kind_count.py", "test_gatefile_schema.py"),
    "statistics.eprocess": (*_FORMULAS, "test_anytime.py"),
}


def _judged(*oracles: str, also: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The worlds of these oracles alone, and all of the further tests."""
    narrowed = " or ".join(
        [*(f"test_conformance.py and {name}" for name in oracles), "not test_conformance.py"]
    )
    beside = ("oracles/test_edges.py", "oracles/test_neighbours.py", "oracles/test_signatures.py", *also)
    return ("oracles/test_conformance.py", *dict.fromkeys(beside), f"-k={narrowed}")


_SENTENCES: Final = (
    *("oracles/test_expect.py", "oracles/test_softly.py", "oracles/test_signatures.py"),
    "-ppytest_asyncio.plugin",
)
_LEAKS: Final = (
    "oracles/test_detectors.py",
    *_judged("leaks_nothing", also=("oracles/test_leaks.py", "oracles/test_packed.py")),
)
_EVIDENCE: Final = ("oracles/test_oracle.py", "oracles/test_outcome.py", "oracles/test_conformance.py")
_VALUES: Final = ("oracles/test_json_values.py", "oracles/test_expect.py")

_EDGES: Final = "oracles/test_edges.py"

_ORACLES: Final[dict[str, tuple[str, ...]]] = {
    "outcome": ("oracles/test_outcome.py", _EDGES),
    "verdict": ("oracles/test_outcome.py", _EDGES, *_SENTENCES),
    "hearing": ("oracles/test_oracle.py", _EDGES, *_SENTENCES),
    "insisting": ("oracles/test_oracle.py", _EDGES, "oracles/test_outcome.py"),
    "oracle": ("oracles/test_oracle.py", _EDGES, *_SENTENCES),
    "evidence": _EVIDENCE,
    "differences": (*_VALUES, _EDGES, "oracles/test_relations.py"),
    "json_schema": _judged("conforms", also=_VALUES),
    "schema": _judged("conforms", "accepted", "rejected", also=_SENTENCES),
    "permission": _judged("within_scopes", "denied_and_logged", also=_SENTENCES),
    "bounds": _judged("within_bounds", "ended_by", also=_SENTENCES),
    "trace": _judged("complete", "correlated", also=_SENTENCES),
    "cost": _judged("cost_between", "attributed_to", "adds_up", also=_SENTENCES),
    "timing": _judged("within_ms", "at_least_ms", "in_order", also=_SENTENCES),
    "effects": _judged(
        *("exactly", "exactly_once", "nothing_else", "no_effect", "receipts_agree"),
        also=("oracles/test_effects.py", *_SENTENCES),
    ),
    "idempotency": _judged("same_result", "no_new_effects", also=("oracles/test_effects.py", *_SENTENCES)),
    "state_change": _judged(
        "changed_only", "became", "version_raised", "replay_agrees", also=("oracles/test_json_values.py",)
    ),
    "durability": _judged("nothing_lost", "nothing_invented", also=_SENTENCES),
    "observability": _judged("metric_moved", "nothing_else_moved", "logged", also=_SENTENCES),
    "plain": ("oracles/test_neighbours.py", "oracles/test_expect.py", "oracles/test_effects.py", _EDGES),
    "refusal": _judged("refused_with", also=("oracles/test_refusals.py",)),
    "program": _judged("ended_with", "said", "never_said", also=("oracles/test_refusals.py",)),
    "complaints": _judged("nothing_wrong"),
    "value": _judged("equals", "differs", "matches", "contains", "lacks", "between"),
    "security": _LEAKS,
    "unfolding": _LEAKS,
    "unpacking": ("oracles/test_unpacking.py", "oracles/test_packed.py", "oracles/test_edges.py"),
    "detectors": _LEAKS,
    "relations": _judged("related", "alike", also=("oracles/test_relations.py",)),
    "rubric": ("oracles/test_neighbours.py", "oracles/test_calibration.py", _EDGES),
    "vote": ("oracles/test_neighbours.py", "oracles/test_calibration.py", _EDGES),
    "calibration": ("oracles/test_neighbours.py", "oracles/test_calibration.py", _EDGES),
    "graded": _judged("graded", also=("oracles/test_calibration.py",)),
    "expecting.chain": _SENTENCES,
    "expecting.settling": _SENTENCES,
    "expecting.front": _SENTENCES,
    "expecting.refusals": (*_SENTENCES, "oracles/test_refusals.py"),
    "expecting.calls": _SENTENCES,
    "expecting.effects": _SENTENCES,
    "expecting.runs": _SENTENCES,
    "expecting.worlds": _SENTENCES,
    "expecting.values": _SENTENCES,
}

COMPONENTS: Final = {
    "gates": Component(folder="gates", package="autobiz_gates", tests=_GATES),
    "oracles": Component(
        folder="oracles",
        package="autobiz_oracles",
        tests=_ORACLES,
        at_import=frozenset({"oracle", "detectors"}),
    ),
}
