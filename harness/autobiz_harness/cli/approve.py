"""`gate approve`: a reviewer signs that the files of an approval gate were reviewed as they are now."""

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click

from autobiz_gates import ApprovalGate, KeyringError, near, read_criteria_file, read_gate_file, read_keys
from autobiz_harness.clock import utc_now

from .naming import gate_names
from .proving import key_option, proving, signing_key
from .root import root_option


@click.command()
@click.argument("name", metavar="GATE", shell_complete=gate_names)
@key_option
@click.option(
    "--reviewer", required=True, metavar="NAME", help="Who reviewed: the name that readers will see."
)
@click.option("--statement", required=True, help="What was looked at and found, in a sentence.")
@click.option(
    "--expires",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="The last day on which it counts (UTC), at most 366 days from now.",
)
@click.option(
    "--gate-file", type=click.Path(path_type=Path), help="Default: the gate file that is found here."
)
@click.option("--criteria", type=click.Path(path_type=Path), help="A criteria file that has the gate.")
@root_option
@click.option("--json", "as_json", is_flag=True, help="Print what was signed as one JSON object.")
def approve(
    *,
    name: str,
    key: Path | None,
    reviewer: str,
    statement: str,
    expires: datetime,
    gate_file: Path | None,
    criteria: Path | None,
    root: Path,
    as_json: bool,
) -> None:
    """Sign that the files of GATE, of kind approval, were reviewed in exactly their present bytes.

    The approval goes into the folder that the gate names, in a file for each key; commit it. It counts until
    its last day, or until one of the files is changed. Approving again with the same key replaces it.

    \b
      gate approve design --key ann.key --reviewer "Ann Lee" \\
          --statement "Read it whole; the failure modes are covered" --expires 2026-12-31
    """
    if gate_file is not None and criteria is not None:
        raise click.UsageError("--gate-file or --criteria, not both")
    with proving():
        from autobiz_gates.evidence import Approval, approval_envelope, signed, write_envelope

        gate = _gate(name, gate_file, criteria)
        signer = signing_key(key)
        _must_count(signer.public.id, gate, root)
        given = Approval(
            gate=gate.name,
            files={file: sha256((root / file).read_bytes()).hexdigest() for file in gate.files},
            reviewer=reviewer,
            statement=statement,
            expires=expires.date(),
            approved_at=utc_now(),
        )
        path = root / gate.approvals / f"{signer.public.id[:16]}.json"
        _replace(path, write_envelope(signed(approval_envelope(given), signer)))
        if as_json:
            said = {"approval": str(path), "keyid": signer.public.id}
            click.echo(json.dumps({**said, **given.to_dict()}))
            return
        click.echo(
            f"{path}: {reviewer} approves gate {gate.name} until {given.expires}, key {signer.public.id[:16]}"
        )
        for file, digest in given.files.items():
            click.echo(f"  {file}  sha256 {digest[:16]}")


def _gate(name: str, gate_file: Path | None, criteria: Path | None) -> ApprovalGate:
    from .evaluate import found_gate_file

    if criteria is not None:
        gates = read_criteria_file(criteria).gate_file.gates
    else:
        gates = read_gate_file(gate_file or found_gate_file()).gates
    known = {gate.name: gate for gate in gates if isinstance(gate, ApprovalGate)}
    if name not in known:
        there = {gate.name: gate.kind for gate in gates}
        if name in there:
            raise click.UsageError(
                f"gate {name!r} is of kind {there[name]!r}; only kind 'approval' is approved"
            )
        raise click.UsageError(
            f"no gate of kind 'approval' is named {name!r}.{near(name, known, else_all=True)}"
        )
    return known[name]


def _must_count(keyid: str, gate: ApprovalGate, root: Path) -> None:
    """A foreign approval would shut the gate, so it is better not made."""
    try:
        allowed = read_keys(root, gate.keys)
    except KeyringError as error:
        raise click.UsageError(str(error)) from None
    if keyid not in allowed:
        names = ", ".join(gate.keys)
        raise click.UsageError(f"key {keyid[:16]} may not approve gate {gate.name!r}; those may: {names}")


def _replace(path: Path, data: bytes) -> None:
    """Write the file whole or not at all; it is named by the key, so only an approval of that key goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(data)
    half.replace(path)
