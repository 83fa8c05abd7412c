"""`gate flakes`: record what trials came to, and say what disagrees, where it stands, and what is next."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from autobiz_gates.flakes import Cause, Cluster, Survey, Surveyed, rows_of, survey

from .columns import columns
from .flaking import file_option, flaking, history_option, json_option, opened_history, quarantine_of
from .today import day_of, today_option

_HEAD = ("case", "state", "failed", "window", "cause", "next")


@click.command()
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--cause",
    "causes",
    multiple=True,
    metavar="CASE=CAUSE",
    help="What was found to make a case of these ledgers fail: infra, oracle, env, agent.",
)
@history_option
@file_option
@json_option
@today_option
def flakes(
    ledgers: tuple[Path, ...],
    causes: tuple[str, ...],
    history: str | None,
    file: Path | None,
    as_json: bool,
    today: datetime | None,
) -> None:
    """Record the LEDGERs, if any, in the history; then list every case that disagrees with itself.

    A case that passed and failed under one subject is a suspect, and goes on gating. 32 more trials at once
    decide: two failures among them make it a flake, which may be quarantined if its cause is not the agent.
    The same ledger twice adds nothing.

    \b
      gate flakes ".autobiz/runs/$(cat .autobiz/runs/latest)/ledger"
    """
    found = _causes(causes)
    if found and not ledgers:
        raise click.UsageError("--cause says something about ledgers that are recorded; name them")
    with flaking():
        quarantine = quarantine_of(file)
        with opened_history(history, create=bool(ledgers)) as kept:
            added = kept.append(rows_of(ledgers, found)) if kept is not None and ledgers else 0
            rows, releases = (kept.rows(), kept.releases()) if kept is not None else ((), ())
        seen = survey(rows, releases, quarantine, day_of(today))
        if as_json:
            click.echo(json.dumps(_as_dict(seen, len(rows), added), indent=2))
        else:
            _print(seen, len(rows), added)


def _causes(given: tuple[str, ...]) -> dict[str, Cause]:
    found = {}
    for one in given:
        case, equals, cause = one.rpartition("=")
        if not equals or cause not in set(Cause):
            known = ", ".join(Cause)
            raise click.UsageError(f"--cause {one}: write it as CASE=CAUSE with one of {known}")
        found[case] = Cause(cause)
    return found


def _as_dict(seen: Survey, trials: int, added: int) -> dict[str, Any]:
    return {
        "trials": trials,
        "added": added,
        "cases": [one.to_dict() for one in seen.cases],
        "clusters": [
            {
                "signature": one.signature,
                "cases": list(one.cases),
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
            }
            for one in seen.clusters
        ],
    }


def _print(seen: Survey, trials: int, added: int) -> None:
    if seen.cases:
        click.echo(columns(_HEAD, [_cells(one) for one in seen.cases]))
    for cluster in seen.clusters:
        click.echo(_alert(cluster))
    recorded = f"{added} new trials recorded, " if added else ""
    click.echo(f"{recorded}{trials} in the history; cases to look at: {len(seen.cases)}")


def _cells(one: Surveyed) -> tuple[str, ...]:
    standing = one.standing
    return (
        one.case,
        f"{standing.state}{' (due)' if standing.due else ''}",
        f"{one.failures}/{one.trials}",
        f"{standing.flakes} in {standing.window_trials}",
        ", ".join(f"{cause} {count}" for cause, count in one.causes) or "-",
        one.next_step,
    )


def _alert(cluster: Cluster) -> str:
    cases = ", ".join(cluster.cases[:3]) + (", ..." if len(cluster.cases) > 3 else "")
    count = len(cluster.cases)
    return (
        f"ALERT: {count} cases became suspects by one failure ({cluster.signature}) within a day: "
        f"one incident, not {count} quarantines: {cases}"
    )
