"""`gate burst`: try suspects 32 times at once, find the cause, and record both."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autobiz_gates.flakes import BURST, HistoryRow, State, Survey, rows_of, survey
from autobiz_harness.exit_codes import ExitCode

from .answering import fail
from .flaking import file_option, flaking, history_option, json_option, kept_history, quarantine_of
from .starting import starting
from .today import day_of, today_option

if TYPE_CHECKING:
    from autobiz_harness.run.bursting import Burst


@click.command()
@click.argument("cases", metavar="[CASE]...", nargs=-1)
@click.option(
    "--times",
    type=click.IntRange(1, 1000),
    help=f"How often each is tried. Default: what it lacks of {BURST}.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Base of the trials' seeds. Default: a new one."
)
@history_option
@file_option
@json_option
@today_option
def burst(
    *,
    cases: tuple[str, ...],
    times: int | None,
    seed: int | None,
    history: str | None,
    file: Path | None,
    as_json: bool,
    today: datetime | None,
) -> None:
    """Try each CASE, or every suspect, until 32 trials show what it is; then ask why it fails.

    Each trial is a pytest process with inputs of its own, under the commit that is there now. A case that
    passes and fails is then put to the hooks pytest_gate_regrade and pytest_gate_replay of the project's
    conftest.py, if it has them. Trials and cause are recorded, as `gate flakes` does; they decide no gate.
    Ctrl-C keeps what was tried, and the next burst goes on from there.

    \b
      gate burst
      gate burst 'tests/test_pay.py::test_refund[eu]'
    """
    from autobiz_harness.run.bursting import burst as run_burst
    from autobiz_harness.run.progress import view_for

    day = day_of(today)
    with flaking():
        quarantine = quarantine_of(file)
        with kept_history(history) as kept:
            rows = kept.rows()
            lacking = _lacking(survey(rows, kept.releases(), quarantine, day), cases, times)
            if not lacking:
                click.echo("[]" if as_json else "no suspect lacks trials: nothing to examine")
                return
            with starting():
                done = run_burst(Path.cwd(), lacking, _before(rows), view_for(live=not as_json), seed)
            if any(done.rundir.ledger.glob("*.jsonl")):
                kept.append(rows_of([done.rundir.ledger], done.causes))
            seen = survey(kept.rows(), kept.releases(), quarantine, day)
        _say(done, seen, list(lacking), as_json=as_json)
    if done.problem:
        fail(ExitCode.INFRASTRUCTURE, done.problem)
    if done.interrupted:
        sys.exit(int(ExitCode.INTERRUPTED))


def _lacking(seen: Survey, cases: Sequence[str], times: int | None) -> dict[str, int]:
    """How often each case is to be tried: of those named all, of the others the suspects."""
    standings = {one.case: one.standing for one in seen.cases}
    chosen = cases or [case for case, one in standings.items() if one.state is State.SUSPECT and not one.due]
    lacking = {}
    for case in chosen:
        begun = standings[case].burst if case in standings else 0
        lacking[case] = times or (BURST - begun if 0 < begun < BURST else BURST)
    return lacking


def _before(rows: Sequence[HistoryRow]) -> dict[str, tuple[int, int]]:
    """How often each case failed, and in how many trials; what the infrastructure spoiled is none."""
    before: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.outcome != "invalid":
            failures, trials = before.get(row.case, (0, 0))
            before[row.case] = failures + (row.outcome != "pass"), trials + 1
    return before


def _say(done: "Burst", seen: Survey, cases: list[str], *, as_json: bool) -> None:
    ledger = str(done.rundir.ledger.relative_to(Path.cwd()))
    surveyed = {one.case: one for one in seen.cases}
    found = {one["case"]: one for one in done.findings}
    if as_json:
        told = [
            surveyed[case].to_dict() if case in surveyed else {"case": case, "state": str(State.HEALTHY)}
            for case in cases
        ]
        answer = {
            "ledger": ledger,
            "interrupted": done.interrupted,
            "cases": told,
            "findings": list(done.findings),
        }
        click.echo(json.dumps(answer, indent=2))
        return
    for case in cases:
        one = surveyed.get(case)
        state, step = (
            (one.standing.state, one.next_step) if one else (State.HEALTHY, "nothing: it always passed")
        )
        due = " (due)" if one is not None and one.standing.due else ""
        click.echo(f"{case}: {state}{due}")
        if case in found:
            click.echo(f"  cause  {found[case]['cause']}: {found[case]['reason']}")
        click.echo(f"  next   {step}")
    click.echo(f"ledger {ledger}")
