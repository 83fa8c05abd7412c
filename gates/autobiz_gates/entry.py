"""The lines of a ledger: header, plan and trial entries, the lingua franca of every reader."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import msgspec

LEDGER_SCHEMA = "autobiz.ledger/1"

# A first try and two more: what the infrastructure spoiled three times stays invalid, whatever comes next.
TRIES_MAX = 3
RUNS_MAX = 1000
PRIORITIES = ("P0", "P1", "P2")


class TrialOutcome(StrEnum):
    """How one trial ended. Unknown counts against a gate; skip is no evidence at all.

    Invalid says that the infrastructure failed and nothing was learned of the subject: it is tried again.
    """

    PASS = "pass"  # noqa: S105  # an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIP = "skip"
    INVALID = "invalid"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The thing under evaluation; evidence about two subjects never mixes."""

    commit: str
    version: str = ""
    config_hash: str = ""


class OracleVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one oracle said during a trial."""

    type: str
    name: str
    outcome: str
    reason: str = ""


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial consumed of models and providers."""

    tokens: int = 0
    usd: float = 0.0


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the cases this invocation took: part `index` of `count`, counted from 1."""

    index: int
    count: int


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is known of a case before it is tried."""

    case: str
    suite: str | None = None
    priority: str | None = None
    requirements: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    workflow: str | None = None
    marks: tuple[str, ...] = ()


class Header(msgspec.Struct, frozen=True, kw_only=True, tag="header", tag_field="kind"):
    """First line of every ledger file: which run this is and what was fixed before the first trial."""

    schema: str
    run_id: str
    run: int
    worker: str
    seed: int
    subject: Subject
    created_at: datetime
    stage: str | None = None
    shard: Shard | None = None
    gate_file_sha256: str | None = None
    harness: str = ""


class AlikeCases(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Cases of which the same is known, but for their names."""

    cases: tuple[str, ...]
    suite: str | None = None
    priority: str | None = None
    requirements: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    workflow: str | None = None
    marks: tuple[str, ...] = ()


class RunPlan(msgspec.Struct, frozen=True, kw_only=True, tag="plan", tag_field="kind"):
    """The cases an invocation set out to try; one without a trial is missing evidence.

    Of thousands of cases most are alike but for their names, so what is known of them is said once.
    """

    run_id: str
    run: int
    groups: tuple[AlikeCases, ...]

    @classmethod
    def of(cls, run_id: str, run: int, cases: Iterable[Case]) -> Self:
        """The plan for these cases."""
        names: dict[Facts, list[str]] = {}
        for case in cases:
            names.setdefault(facts_of(case), []).append(case.case)
        groups = tuple(
            AlikeCases(
                cases=tuple(alike),
                suite=suite,
                priority=priority,
                requirements=requirements,
                tests=tests,
                workflow=workflow,
                marks=marks,
            )
            for (suite, priority, requirements, tests, workflow, marks), alike in names.items()
        )
        return cls(run_id=run_id, run=run, groups=groups)

    @property
    def cases(self) -> Iterator[Case]:
        """Each planned case with what is known of it."""
        for group in self.groups:
            suite, priority, requirements, tests, workflow, marks = facts_of(group)
            for name in group.cases:
                yield Case(
                    case=name,
                    suite=suite,
                    priority=priority,
                    requirements=requirements,
                    tests=tests,
                    workflow=workflow,
                    marks=marks,
                )


class Trial(msgspec.Struct, frozen=True, kw_only=True, tag="trial", tag_field="kind", gc=False):
    """One execution of one case with one seed."""

    schema: str
    run_id: str
    run: int
    suite: str | None
    case: str
    seed: int
    priority: str | None
    requirements: tuple[str, ...]
    tests: tuple[str, ...]
    workflow: str | None
    marks: tuple[str, ...]
    subject: Subject
    outcome: TrialOutcome
    phase: str
    reason: str
    oracles: tuple[OracleVerdict, ...] = ()
    started_at: datetime
    duration_ms: float
    worker: str
    cost: Cost | None = None
    trace_id: str | None = None
    fingerprint: str | None = None
    # What the outcome followed from, where all of it is known: a case's trials with the same one count once.
    replay: str | None = None
    attachments: tuple[str, ...] = ()


Line = Header | RunPlan | Trial

# What is known of a case besides its name: suite, priority, requirements, tests, workflow, marks.
Facts = tuple[str | None, str | None, tuple[str, ...], tuple[str, ...], str | None, tuple[str, ...]]


def facts_of(known: Case | AlikeCases | Trial) -> Facts:
    """What an entry tells of its case, or cases."""
    return known.suite, known.priority, known.requirements, known.tests, known.workflow, known.marks


def ledger_schema() -> dict[str, Any]:
    """JSON Schema of one ledger line."""
    schema = msgspec.json.schema(Line)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": LEDGER_SCHEMA,
        "title": "One line of an AutoBiz ledger",
        **schema,
    }
