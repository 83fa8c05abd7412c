"""`gate override`: two approvers, one reason, one last day, and everybody can see it."""

import json
from datetime import datetime
from pathlib import Path

import click

from autobiz_harness.clock import utc_now

from .proving import (
    allow_option,
    approver_option,
    chain_option,
    key_option,
    loud,
    proving,
    public_keys,
    signing_key,
    write_new,
)


@click.group()
def override() -> None:
    """Deploy against the gates. Two approvers sign, each with a key of their own.

    An override is for one bundle, has a reason and a last day, stands in the decision log for good, and lifts
    shut and undecided gates only. A wrong commit, gate file or signature, and stale evidence, nobody can
    override.

    \b
      gate override request bundle.json --allow ci.key.pub --key ann.key \\
          --reason "Refunds are blocked for all customers" --expires 2026-01-31
      gate override approve override.json --key bob.key --approver ann.key.pub --approver bob.key.pub
      gate check bundle.json --allow ci.key.pub --chain .autobiz/decisions.jsonl \\
          --override override.json --approver ann.key.pub --approver bob.key.pub
    """


@override.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@allow_option
@key_option
@click.option("--reason", required=True, help="Why this must be deployed although its gates are not open.")
@click.option(
    "--expires",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="The last day on which it counts (UTC), at most 30 days from now.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("override.json"),
    show_default=True,
    help="Where to write the request.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was signed as one JSON object.")
def request(
    bundle: Path,
    allowed: tuple[Path, ...],
    key: Path | None,
    reason: str,
    expires: datetime,
    out: Path,
    as_json: bool,
) -> None:
    """Ask for an override of BUNDLE, as the first approver. Alone it changes nothing."""
    with proving():
        from autobiz_gates.evidence import Override, open_bundle, override_envelope, signed, write_envelope

        opened = open_bundle(bundle.read_bytes(), public_keys(allowed, "--allow"))
        asked = Override(
            bundle_sha256=opened.sha256,
            commit=opened.statement.commit,
            reason=reason,
            expires=expires.date(),
            requested_at=utc_now(),
        )
        signer = signing_key(key)
        write_new(out, write_envelope(signed(override_envelope(asked), signer)))
        if as_json:
            said = {"override": str(out), "approvers": [signer.public.id], "logged": False}
            click.echo(json.dumps({**said, **asked.to_dict()}))
            return
        click.echo(f"{out}: signed by {signer.public.id[:16]}; it counts once another approver signs it too:")
        click.echo(f"  gate override approve {out} --key KEY --approver KEY.pub --approver KEY.pub")


@override.command()
@click.argument("file", type=click.Path(path_type=Path))
@key_option
@approver_option
@chain_option
@click.option("--json", "as_json", is_flag=True, help="Print what was approved as one JSON object.")
def approve(file: Path, key: Path | None, approvers: tuple[Path, ...], chain: Path, as_json: bool) -> None:
    """Sign the override in FILE as another approver, and append it to the decision log."""
    with proving():
        from autobiz_gates.evidence import (
            open_chain,
            open_override,
            override_entry,
            read_envelope,
            signed,
            write_envelope,
        )

        keys, before = public_keys(approvers, "--approver"), file.read_bytes()
        open_override(before, keys)
        data = write_envelope(signed(read_envelope(before), signing_key(key)))
        approved = open_override(data, keys)
        now = utc_now()
        if now.date() > approved.override.expires:
            raise click.UsageError(f"{file}: expired after {approved.override.expires}; request another")
        with open_chain(chain) as chained:
            # The log first: if this process dies here, approving again gives the same bytes and adds nothing.
            if approved.sha256 not in chained.log.override_hashes:
                chained.append(override_entry(chained.log.head, data, now))
        half = file.with_name(f".{file.name}.half")
        half.write_bytes(data)
        half.replace(file)
        names = " and ".join(name[:16] for name in approved.approvers)
        loud(
            f"OVERRIDE until {approved.override.expires}, commit {approved.override.commit[:12]}, by {names}",
            approved.override.reason,
        )
        if as_json:
            said = {"override": str(file), "approvers": list(approved.approvers), "logged": True}
            click.echo(json.dumps({**said, **approved.override.to_dict()}))
            return
        click.echo(f"{file}: approved, and logged in {chain}")
