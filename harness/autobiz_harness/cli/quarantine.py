"""`gate quarantine`: the reviewed file on the command line, and the CI job that watches over it."""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click

from autobiz_gates import GateFileError, Tallies, fold, quarantine_flaws, read_gate_file
from autobiz_gates.flakes import Quarantine, QuarantineEntry
from autobiz_harness.exit_codes import ExitCode

from .columns import columns
from .evaluate import found_gate_file
from .flaking import file_option, flaking, json_option, quarantine_of
from .quarantine_changes import add, release, renew
from .today import day_of, today_option

_HEAD = ("case", "priority", "in force", "until", "days", "owner", "ticket", "reason")


@click.group()
def quarantine() -> None:
    """Cases that do not gate for now: quarantine.toml beside the gate file, changed under review.

    A quarantined case runs and is reported, and its failure shuts no gate, until its last day. P0 cases and
    failures of the agent are never quarantined.
    """


quarantine.add_command(add)
quarantine.add_command(renew)
quarantine.add_command(release)


@quarantine.command(name="list")
@file_option
@json_option
@today_option
def list_(file: Path | None, as_json: bool, today: datetime | None) -> None:
    """List every entry, with the days it has left.

    \b
      gate quarantine list
    """
    day = day_of(today)
    with flaking():
        read = quarantine_of(file)
        if as_json:
            entries = [_as_dict(entry, day) for entry in read.entries]
            click.echo(json.dumps({"file": read.path, "entries": entries}, indent=2))
        elif read.entries:
            click.echo(columns(_HEAD, [_cells(entry, day) for entry in read.entries]))
        else:
            click.echo(f"{read.path}: nothing is quarantined")


@quarantine.command()
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1, type=click.Path(path_type=Path))
@file_option
@json_option
@today_option
def check(ledgers: tuple[Path, ...], file: Path | None, as_json: bool, today: datetime | None) -> None:
    """The CI job: exit 1 with every reason if the file is unreadable, or an entry expired or never allowed.

    With LEDGERs, also if an entry names a P0 case, another priority than the case has, or a case that was not
    tried, and if a gate leaves out more of its cases than the caps allow.

    \b
      gate quarantine check ".autobiz/runs/$(cat .autobiz/runs/latest)/ledger"
    """
    day = day_of(today)
    with flaking():
        try:
            read = quarantine_of(file)
            reasons = list(_reasons(read, day))
        except GateFileError as error:
            read, reasons = Quarantine(), [str(problem) for problem in error.problems]
        if read.entries and ledgers:
            reasons += _reasons_of_ledgers(read, fold(ledgers), day)
        if as_json:
            answer = {"holds": not reasons, "entries": len(read.entries), "reasons": reasons}
            click.echo(json.dumps(answer, indent=2))
        else:
            for reason in reasons:
                click.echo(reason)
            caps = "" if ledgers else " (caps not looked at: name a ledger)"
            click.echo("NO" if reasons else f"OK, quarantined: {len(read.entries)}{caps}")
        sys.exit(int(ExitCode.SHUT if reasons else ExitCode.OPEN))


def _reasons(read: Quarantine, today: date) -> Iterator[str]:
    for entry in read.entries:
        if entry.expired_on(today):
            words = f"expired on {entry.expires} and gates again; {entry.owner} has {entry.ticket}"
            yield f"{read.path}: {entry.case!r} {words}"
        elif entry.opened > today:
            yield f"{read.path}: {entry.case!r} is dated ahead, {entry.opened}; it is not in force yet"


def _reasons_of_ledgers(read: Quarantine, tallies: Tallies, today: date) -> list[str]:
    tried = {case.case for case in tallies.cases}
    reasons = [
        f"{read.path}: {case!r} was not tried; release it if it is gone, correct it if it was renamed"
        for case in read.by_case
        if case not in tried
    ]
    gate_file = found_gate_file()
    gates = read_gate_file(gate_file).gates if gate_file.exists() else ()
    return reasons + list(quarantine_flaws(gates, tallies, read, today))


def _cells(entry: QuarantineEntry, today: date) -> tuple[str, ...]:
    in_force = "expired" if entry.expired_on(today) else "yes" if entry.holds_on(today) else "not yet"
    return (
        entry.case,
        entry.priority,
        f"{in_force}, on probation" if entry.fixed and in_force == "yes" else in_force,
        str(entry.expires),
        str((entry.expires - today).days),
        entry.owner,
        entry.ticket,
        entry.reason,
    )


def _as_dict(entry: QuarantineEntry, today: date) -> dict[str, object]:
    return {
        **entry.to_dict(),
        "in_force": entry.holds_on(today),
        "expired": entry.expired_on(today),
        "days_left": (entry.expires - today).days,
    }
