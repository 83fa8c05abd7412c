"""From stages and gates to one answer: enumerated over every status and every decision."""

from datetime import date
from itertools import product

import pytest

from autobiz_gates import Decision, GateDecision, P0Gate, Selection, Tallies, decide
from autobiz_harness.exit_codes import ExitCode
from autobiz_harness.run.conclusion import conclude
from autobiz_harness.run.stage_end import StageEnd, StageStatus

pytestmark = pytest.mark.priority("P0")


def stage(status: StageStatus, *, runs: int = 1) -> StageEnd:
    return StageEnd(name="unit", run=1, runs=runs, status=status, planned=1, passed=1)


def gate(decision: Decision, *, dry_run: bool = False) -> GateDecision:
    empty = Tallies(cases=(), runs=())
    real = decide(P0Gate(name="g", selection=Selection(), dry_run=dry_run), empty, date(2026, 1, 1))
    return GateDecision(
        gate=real.gate,
        kind=real.kind,
        decision=decision,
        dry_run=dry_run,
        reason="because",
        conditions=(),
        figures=real.figures,
    )


@pytest.mark.parametrize(
    ("status", "decision", "runs"), list(product(StageStatus, [None, *Decision], [1, 3]))
)
def test_only_passed_stages_and_open_gates_open(
    status: StageStatus, decision: Decision | None, runs: int
) -> None:
    """Exit 0 needs every stage passed (or left to its gates) and at least one gate, all of them open."""
    gates = [] if decision is None else [gate(decision)]

    answer = conclude([stage(status, runs=runs)], gates)

    left_to_gates = runs > 1 and status in (StageStatus.FAILED, StageStatus.INVALID)
    good_stage = status is StageStatus.PASSED or left_to_gates
    assert (answer.exit_code is ExitCode.OPEN) == (good_stage and decision is Decision.OPEN)
    assert (answer.decision is Decision.OPEN) == (answer.exit_code is ExitCode.OPEN)
    assert answer.sentence


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (StageStatus.INTERRUPTED, ExitCode.INTERRUPTED),
        (StageStatus.BROKEN, ExitCode.INFRASTRUCTURE),
        (StageStatus.MISCONFIGURED, ExitCode.USAGE),
        (StageStatus.FAILED, ExitCode.SHUT),
        (StageStatus.TIMEOUT, ExitCode.UNDECIDED),
        (StageStatus.INCOMPLETE, ExitCode.UNDECIDED),
        (StageStatus.EMPTY, ExitCode.UNDECIDED),
        (StageStatus.INVALID, ExitCode.UNDECIDED),
        (StageStatus.NOT_RUN, ExitCode.UNDECIDED),
    ],
)
def test_each_way_to_end_has_its_exit_code(status: StageStatus, code: ExitCode) -> None:
    """A stage that did not pass decides the exit code even when all gates are open."""
    assert conclude([stage(status)], [gate(Decision.OPEN)]).exit_code is code


def test_a_failed_subject_outranks_what_was_not_run() -> None:
    """The stages after a failed one are not run, and the answer is still that the subject failed."""
    answer = conclude([stage(StageStatus.FAILED), stage(StageStatus.NOT_RUN)], [gate(Decision.UNDECIDED)])

    assert answer.exit_code is ExitCode.SHUT


def test_a_dry_run_gate_neither_blocks_nor_opens() -> None:
    """A shut dry run beside an open gate is open; a dry run alone has decided nothing."""
    dry = gate(Decision.SHUT, dry_run=True)

    assert conclude([stage(StageStatus.PASSED)], [dry, gate(Decision.OPEN)]).exit_code is ExitCode.OPEN
    assert conclude([stage(StageStatus.PASSED)], [dry]).exit_code is ExitCode.UNDECIDED
