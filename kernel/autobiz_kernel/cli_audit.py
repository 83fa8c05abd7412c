"""The commands that prove receipts: verify chains, and sign where they are."""

import sys
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Final
from uuid import UUID

import click

from .audit import Anchoring, again_and_again, verify_tenant
from .chains import Anchor, key_id, read_anchor_lines
from .cli_options import (
    EXIT_ERROR,
    EXIT_FOUND,
    database,
    duration,
    private_key,
    public_key,
    tenant_option,
)
from .clock import SystemClock
from .interrupts import Interrupts

_EVERY_MAX: Final = timedelta(days=7)


@click.group()
def audit() -> None:
    """Prove that receipts are as they were written."""


@audit.command()
@database
@tenant_option
@click.option("--anchors", type=click.Path(path_type=Path), help="File that `audit anchor` has written.")
@click.option(
    "--key", "keys", type=click.Path(path_type=Path, exists=True), multiple=True, help="Public key, PEM."
)
def verify(database: str, tenant: UUID, anchors: Path | None, keys: tuple[Path, ...]) -> None:
    """Follow every chain of receipts and name the first bad row of each run."""
    if anchors is not None and not keys:
        raise click.UsageError("anchors are worth as much as their signatures; give --key")
    allowed = {key_id(key): key for key in map(public_key, keys)}
    lines = None if anchors is None else read_anchor_lines(anchors)
    found = verify_tenant(database, tenant, anchor_lines=lines, keys=allowed)
    for flaw in (*found.anchor_flaws, *found.flaws):
        click.echo(flaw)
    away = f", {found.archived} runs in the archive" if found.archived else ""
    click.echo(f"{found.rows} receipts in {found.runs} runs{away}")
    if found.anchor_flaws or found.flaws:
        sys.exit(EXIT_FOUND)


@audit.command()
@database
@tenant_option
@click.option("--key", type=click.Path(path_type=Path, exists=True), required=True, help="Private key, PEM.")
@click.option(
    "--anchors",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File outside of the database.",
)
@click.option(
    "--every",
    metavar="DURATION",
    callback=lambda _context, _option, said: None if said is None else duration(said, most=_EVERY_MAX),
    help="Anchor now and after each such time, such as 1h or 15m, until Ctrl-C or SIGTERM.",
)
def anchor(database: str, tenant: UUID, key: Path, anchors: Path, every: timedelta | None) -> None:
    """Sign where the chains are that have moved since the last anchor, and add that to a file.

    A past that is rewritten goes unseen only where it is younger than the last anchor: anchor often, and keep
    the file where the owner of the database cannot write.

    \b
    Once, or from cron:
      0 * * * *  autobiz audit anchor --tenant ID --key anchor.pem --anchors /elsewhere/ID.anchors
    As a service of its own:
      autobiz audit anchor --tenant ID --key anchor.pem --anchors /elsewhere/ID.anchors --every 1h

    With --every a database or a disk that is away is told on stderr and tried again at the next time. It ends
    with 0 if its last try was good, with 2 if it was not, and at once with 2 for what only a person can mend,
    such as a file with a torn last line.

    Any number of these may run at once: each adds its own anchors to the one chain.

    A key is made by `openssl genpkey -algorithm ed25519 -out anchor.pem`.
    """
    if not anchors.parent.is_dir():
        raise click.UsageError(f"--anchors {anchors}: there is no folder {anchors.parent}; make it first")
    clock, interrupts = SystemClock(), Interrupts()

    def told(made: Anchor) -> None:
        click.echo(f"{len(made.heads)} heads signed as anchor {made.number} of {anchors}")

    anchoring = Anchoring(
        url=database,
        tenant=tenant,
        file=anchors,
        key=private_key(key),
        clock=clock,
        held=interrupts.held,
    )
    with interrupts.heeded():
        if every is None:
            anchoring.once(told)
            return
        is_good = again_and_again(
            anchoring.once,
            every=every,
            clock=clock,
            pause=_pause,
            on_anchor=told,
            on_error=lambda error: _tell_later(error, every),
        )
    if is_good is None:
        raise KeyboardInterrupt
    sys.exit(0 if is_good else EXIT_ERROR)


def _pause(time: timedelta) -> None:
    # Nobody sets it: what ends the pause early is an interrupt.
    Event().wait(time.total_seconds())


def _tell_later(error: Exception, every: timedelta) -> None:
    click.echo(
        f"autobiz: {' '.join(str(error).split())}; tried again at the next time, every {every}", err=True
    )
