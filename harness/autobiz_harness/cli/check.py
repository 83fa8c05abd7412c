"""`gate check`: what the deploy job asks, and the exit code it goes by."""

import json
import re
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autobiz_harness.clock import utc_now
from autobiz_harness.exit_codes import ExitCode

from .proving import allow_option, approver_option, loud, proving, public_keys

if TYPE_CHECKING:
    from autobiz_gates.evidence import Bundle, Deploy, DeployAnswer, PublicKey, SignedOverride

_HOURS_MAX = 24 * 90
_HASH = re.compile(r"[0-9a-f]{64}")


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@allow_option
@click.option(
    "--commit", metavar="SHA", help="What is to be deployed, in full. Default: what is checked out here."
)
@click.option(
    "--gate-file", type=click.Path(path_type=Path), help="Default: the gate file that is found here."
)
@click.option("--gate-hash", metavar="SHA256", help="The gate file's hash, where it was registered before.")
@click.option(
    "--max-age",
    metavar="HOURS",
    type=click.FloatRange(0, _HOURS_MAX, min_open=True),
    default=24.0,
    show_default=True,
    help="How long ago the run may have begun.",
)
@click.option(
    "--slice", "slice_name", metavar="NAME", help="Accept evidence of this slice, and of nothing else."
)
@click.option(
    "--chain", type=click.Path(path_type=Path), help="The decision log; the bundle must stand in it."
)
@click.option("--head", metavar="HASH", help="A hash that the log had at some time, kept elsewhere.")
@click.option("--override", "override_file", type=click.Path(path_type=Path), help="An approved override.")
@approver_option
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
def check(
    *,
    bundle: Path,
    allowed: tuple[Path, ...],
    commit: str | None,
    gate_file: Path | None,
    gate_hash: str | None,
    max_age: float,
    slice_name: str | None,
    chain: Path | None,
    head: str | None,
    override_file: Path | None,
    approvers: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Allow the deploy (exit 0) or refuse it with every reason (exit 1).

    All must hold: signed by an allowed key; about exactly the commit that is deployed; judged by exactly this
    gate file; fresh; of the whole project; every gate open. An override, approved and in the log, lifts the
    last condition and no other.

    \b
      gate check bundle.json --allow ci.key.pub
      gate check bundle.json --allow ci.key.pub --commit "$SHA" --gate-hash "$HASH" --max-age 6
    """
    _check_options(gate_file, gate_hash, chain, head, override_file)
    with proving():
        from autobiz_gates.evidence import Deploy, DeployAnswer, EvidenceError, Refusal

        keys, approving = public_keys(allowed, "--allow"), {}
        if override_file is not None:
            approving = public_keys(approvers, "--approver")
        deploy = Deploy(
            commit=commit or _checked_out(),
            gate_file_sha256=gate_hash or _hash_of(gate_file),
            now=utc_now(),
            age_max=timedelta(hours=max_age),
            slice=slice_name,
        )
        override = None
        try:
            opened, answer, override = _answer(bundle, keys, deploy, chain, head, override_file, approving)
        except EvidenceError as error:
            opened, answer = None, DeployAnswer(refusals=(Refusal(condition="authentic", reason=str(error)),))
        _print(opened, answer, override, as_json=as_json)
        sys.exit(int(ExitCode.OPEN if answer.allowed else ExitCode.SHUT))


def _check_options(
    gate_file: Path | None, gate_hash: str | None, chain: Path | None, head: str | None, override: Path | None
) -> None:
    if gate_file is not None and gate_hash is not None:
        raise click.UsageError("--gate-file or --gate-hash, not both")
    if gate_hash is not None and not _HASH.fullmatch(gate_hash):
        raise click.UsageError("--gate-hash is a SHA-256: 64 digits of 0-9 and a-f")
    if chain is None and head is not None:
        raise click.UsageError("--head is a hash of the log; name that with --chain")
    if chain is None and override is not None:
        raise click.UsageError("an override counts only if it is in the decision log; name that with --chain")


def _answer(
    bundle: Path,
    keys: dict[str, "PublicKey"],
    deploy: "Deploy",
    chain: Path | None,
    head: str | None,
    override_file: Path | None,
    approvers: dict[str, "PublicKey"],
) -> "tuple[Bundle, DeployAnswer, SignedOverride | None]":
    from autobiz_gates.evidence import answer_deploy, open_bundle, open_override, read_chain_lines, read_log

    opened = open_bundle(bundle.read_bytes(), keys)
    logged: frozenset[str] = frozenset()
    if chain is not None:
        logged = read_log(read_chain_lines(chain), bundle=opened, known_head=head).override_hashes
    override = open_override(override_file.read_bytes(), approvers) if override_file is not None else None
    return opened, answer_deploy(opened, deploy, override, logged), override


def _checked_out() -> str:
    from autobiz_harness.subject import subject_of

    return subject_of(Path()).commit


def _hash_of(gate_file: Path | None) -> str:
    from .evaluate import found_gate_file

    path = gate_file or found_gate_file()
    if not path.is_file():
        raise click.UsageError(
            f"{path}: no such gate file; name it with --gate-file, or its hash with --gate-hash"
        )
    return sha256(path.read_bytes()).hexdigest()


def _print(
    bundle: "Bundle | None", answer: "DeployAnswer", override: "SignedOverride | None", *, as_json: bool
) -> None:
    if answer.overridden and override is not None and answer.allowed:
        loud(
            f"OVERRIDDEN until {override.override.expires}: {override.override.reason}",
            f"approved by {' and '.join(name[:16] for name in override.approvers)}, against:",
            *(one.reason for one in answer.overridden),
        )
    if as_json:
        click.echo(json.dumps(_as_dict(bundle, answer, override), indent=2))
        return
    for one in answer.refusals:
        click.echo(f"{one.condition}: {one.reason}")
    if not answer.allowed:
        click.echo("REFUSED: the deploy may not happen")
    elif answer.overridden:
        click.echo("ALLOWED BY OVERRIDE: the gates are not open, and two approvers answer for that")
    else:
        click.echo("ALLOWED: the deploy may happen")


def _as_dict(
    bundle: "Bundle | None", answer: "DeployAnswer", override: "SignedOverride | None"
) -> dict[str, object]:
    said: dict[str, object] = {
        "allowed": answer.allowed,
        "refusals": [one.to_dict() for one in answer.refusals],
        "overridden": [one.to_dict() for one in answer.overridden],
        "override": None,
    }
    if override is not None:
        said["override"] = {**override.override.to_dict(), "approvers": list(override.approvers)}
    if bundle is not None:
        said |= {"run_id": bundle.statement.run_id, "commit": bundle.statement.commit, "keyid": bundle.keyid}
    return said
