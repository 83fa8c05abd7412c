"""`gate quarantine add | renew | release`: changes of the reviewed file, if evidence allows."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from autobiz_gates.flakes import (
    QUARANTINABLE,
    SLA_DAYS,
    Cause,
    Quarantine,
    QuarantineEditError,
    QuarantineEntry,
    State,
    Survey,
    add_entry,
    alone,
    caps_exceeded,
    remove_entry,
    renew_entry,
    survey,
)

from .flaking import (
    file_option,
    flaking,
    history_option,
    json_option,
    opened_history,
    quarantine_file,
    quarantine_of,
)
from .today import day_of, today_option

_QUARANTINED = (State.QUARANTINED, State.PROBATION, State.EXPIRED)


@click.command()
@click.argument("case")
@click.option("--owner", required=True, help="Who sees to it that it is fixed.")
@click.option("--ticket", required=True, help="Where that is tracked.")
@click.option("--reason", required=True, help="Why it does not gate, in a sentence.")
@click.option("--evidence", required=True, help="What shows the cause: a run, a report.")
@click.option("--cause", required=True, type=click.Choice([str(cause) for cause in QUARANTINABLE]))
@click.option("--priority", required=True, type=click.Choice(list(SLA_DAYS)), help="It has 7, 14 or 30 days.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Default: its last day.")
@history_option
@file_option
@json_option
@today_option
def add(
    *,
    case: str,
    owner: str,
    ticket: str,
    reason: str,
    evidence: str,
    cause: str,
    priority: str,
    expires: datetime | None,
    history: str | None,
    file: Path | None,
    as_json: bool,
    today: datetime | None,
) -> None:
    """Quarantine CASE from today, and leave the file to be reviewed like any change.

    Refused (exit 1) where the history knows better: it is P0, it fails because of the agent, or two flakes in
    35 trials were not shown; and where it would be one case too many.

    \b
      gate quarantine add 'tests/test_pay.py::test_refund' --owner ann --ticket OPS-12 --cause infra \\
        --priority P1 --reason "The sandbox times out" --evidence "run 20300101T020000Z-3f2a"
    """
    day = day_of(today)
    with flaking():
        entry = QuarantineEntry(
            case=case,
            owner=owner,
            ticket=ticket,
            reason=reason,
            evidence=evidence,
            cause=Cause(cause),
            priority=priority,
            opened=day,
            expires=expires.date() if expires else day + timedelta(days=SLA_DAYS[priority]),
        )
        path = quarantine_file(file)
        with alone(path):
            before = quarantine_of(file)
            _refuse(entry, before, _surveyed(history, before, day), day)
            add_entry(path, entry)
        _say(entry, path, "quarantined", as_json=as_json)


@click.command()
@click.argument("case")
@click.option("--approver", required=True, help="Who allows it; not the owner.")
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Default: as late as may be."
)
@file_option
@json_option
def renew(case: str, approver: str, expires: datetime | None, file: Path | None, as_json: bool) -> None:
    """Give CASE its one renewal: as many days again as its priority has, on somebody else's word.

    \b
      gate quarantine renew 'tests/test_pay.py::test_refund' --approver bob
    """
    with flaking():
        path = quarantine_file(file)
        with alone(path):
            renewed = renew_entry(path, case, approver, expires.date() if expires else None)
        _say(renewed, path, "renewed", as_json=as_json)


@click.command()
@click.argument("case")
@history_option
@file_option
@json_option
@today_option
def release(case: str, history: str | None, file: Path | None, as_json: bool, today: datetime | None) -> None:
    """Take CASE out of quarantine: it gates again at once.

    Healthy after 59 passes in a row over three days, counted from the day in `fixed`; released earlier it
    stays a suspect.

    \b
      gate quarantine release 'tests/test_pay.py::test_refund'
    """
    day = day_of(today)
    with flaking():
        path = quarantine_file(file)
        with alone(path):
            before = quarantine_of(file)
            state = _state_of(case, _surveyed(history, before, day))
            entry = remove_entry(path, case)
        with opened_history(history, create=False) as kept:
            if kept is not None:
                kept.release(case, day)
        early = state in _QUARANTINED
        words = "released early: it gates again and stays a suspect" if early else "released"
        _say(entry, path, words, as_json=as_json)


def _surveyed(history: str | None, quarantine: Quarantine, today: date) -> Survey | None:
    with opened_history(history, create=False) as kept:
        return survey(kept.rows(), kept.releases(), quarantine, today) if kept is not None else None


def _state_of(case: str, seen: Survey | None) -> State | None:
    return next((one.standing.state for one in seen.cases if one.case == case), None) if seen else None


def _refuse(entry: QuarantineEntry, before: Quarantine, seen: Survey | None, today: date) -> None:
    """Raise with everything that the history has against an entry; what it does not know, people review."""
    if seen is None or entry.case not in seen.priorities:
        click.echo(f"gate: no history knows {entry.case!r}: its reviewer must judge the evidence", err=True)
        return
    reasons = []
    known = seen.priorities[entry.case]
    if known == "P0":
        reasons.append("it is P0, which is never quarantined")
    elif known not in (None, entry.priority):
        reasons.append(f"it is {known} and not {entry.priority}")
    one = next((one for one in seen.cases if one.case == entry.case), None)
    if one is None:
        reasons.append("no trials of it disagree under one subject")
    elif one.standing.state is State.REGRESSION:
        reasons.append("it is a regression and no flake")
    elif not one.standing.due and one.entry is None:
        flakes, trials = one.standing.flakes, one.standing.window_trials
        reasons.append(f"{flakes} flakes in {trials} trials show nothing yet: {one.next_step}")
    names = [each.case for each in before.entries if each.holds_on(today)] + [entry.case]
    priorities = [seen.priorities.get(name) or _priority_of(name, before, entry) for name in names]
    reasons += caps_exceeded(list(seen.priorities.values()), priorities)
    if reasons:
        raise QuarantineEditError(f"{entry.case!r} was not quarantined: {'; '.join(reasons)}")


def _priority_of(name: str, before: Quarantine, entry: QuarantineEntry) -> str:
    return entry.priority if name == entry.case else before.by_case[name].priority


def _say(entry: QuarantineEntry, path: Path, done: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"file": str(path), "done": done, "entry": entry.to_dict()}, indent=2))
    else:
        until = f", until {entry.expires}" if not done.startswith("released") else ""
        click.echo(f"{path}: {entry.case} {done}{until}")
