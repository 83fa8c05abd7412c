"""`gate verify`: offline, with public keys alone, say what was changed and where."""

import json
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autobiz_harness.exit_codes import ExitCode

from .proving import allow_option, approver_option, loud, proving, public_keys

if TYPE_CHECKING:
    from autobiz_gates.evidence import Bundle, DecisionLog, PublicKey


@dataclass(slots=True)
class _Findings:
    """What the answer is made of, while parts are verified one after the other."""

    problems: list[dict[str, Any]] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)
    overrides: list[str] = field(default_factory=list)


@click.command()
@click.argument("bundle", required=False, type=click.Path(path_type=Path))
@allow_option
@click.option(
    "--run", "folder", type=click.Path(path_type=Path), help="The run's folder: are its files those?"
)
@click.option("--gate-file", type=click.Path(path_type=Path), help="Is this the gate file it was judged by?")
@click.option(
    "--chain", type=click.Path(path_type=Path), help="The decision log: whole, and the bundle in it?"
)
@click.option("--head", metavar="HASH", help="A hash that the log had at some time, kept elsewhere.")
@approver_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
def verify(
    *,
    bundle: Path | None,
    allowed: tuple[Path, ...],
    folder: Path | None,
    gate_file: Path | None,
    chain: Path | None,
    head: str | None,
    approvers: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Verify BUNDLE, and with it the files it speaks of and the decision log. Needs no network and no secret.

    Every change of a single byte is found. What is wrong is told with its place: the part of the bundle, the
    file, the first entry of the log. Whether to deploy is another question: `gate check`.

    \b
      gate verify bundle.json --allow ci.key.pub
      gate verify bundle.json --allow ci.key.pub --run .autobiz/runs/RUN --chain .autobiz/decisions.jsonl
      gate verify --chain .autobiz/decisions.jsonl --head HASH
    """
    if bundle is None and (chain is None or folder or gate_file):
        raise click.UsageError("name a BUNDLE, or --chain alone")
    if head and chain is None:
        raise click.UsageError("--head is a hash of the log; name that with --chain")
    found = _Findings()
    with proving():
        opened = None
        if bundle is not None:
            opened = _bundle(found, bundle.read_bytes(), public_keys(allowed, "--allow"))
        if opened is not None:
            _files(found, opened, folder, gate_file)
        if chain is not None:
            _chain(found, chain, opened, head, public_keys(approvers, "--approver") if approvers else None)
        _print(found, as_json=as_json)
        sys.exit(int(ExitCode.SHUT if found.problems else ExitCode.OPEN))


def _bundle(found: _Findings, data: bytes, allowed: dict[str, "PublicKey"]) -> "Bundle | None":
    from autobiz_gates.evidence import EvidenceError, open_bundle

    try:
        bundle = open_bundle(data, allowed)
    except EvidenceError as error:
        found.problems.append({"where": error.where, "what": error.what})
        return None
    statement = bundle.statement
    found.said |= {
        "bundle_sha256": bundle.sha256,
        "keyid": bundle.keyid,
        "run_id": statement.run_id,
        "commit": statement.commit,
        "decision": statement.decision,
        "signed_at": statement.signed_at.isoformat(),
    }
    return bundle


def _files(found: _Findings, bundle: "Bundle", folder: Path | None, gate_file: Path | None) -> None:
    from autobiz_gates.evidence import EVIDENCE_FILE
    from autobiz_harness.run.recount import changed_files
    from autobiz_harness.run.rundir import RunDir

    statement = bundle.statement
    if folder is not None:
        changed = changed_files(RunDir(path=folder), statement.evidence["ledgers"])
        found.problems += [{"where": "ledger", "what": one} for one in changed]
        plain = folder / EVIDENCE_FILE
        if sha256(plain.read_bytes()).hexdigest() != statement.files[EVIDENCE_FILE]:
            found.problems.append({"where": EVIDENCE_FILE, "what": f"{plain}: changed after it was signed"})
    if gate_file is not None and sha256(gate_file.read_bytes()).hexdigest() != statement.gate_file_sha256:
        found.problems.append({"where": "gate file", "what": f"{gate_file}: not what the run was judged by"})


def _chain(
    found: _Findings,
    chain: Path,
    bundle: "Bundle | None",
    head: str | None,
    approvers: dict[str, "PublicKey"] | None,
) -> None:
    from autobiz_gates.evidence import ChainError, read_chain_lines, read_log

    try:
        log = read_log(read_chain_lines(chain), bundle=bundle, known_head=head)
    except ChainError as error:
        found.problems.append({"where": error.where, "what": error.what, "index": error.index})
        return
    found.said["chain"] = {"entries": log.head.count, "head": log.head.hash}
    _overrides(found, log, approvers)


def _overrides(found: _Findings, log: "DecisionLog", approvers: dict[str, "PublicKey"] | None) -> None:
    """Everybody who verifies a log sees its overrides, whether or not they were asked for."""
    from autobiz_gates.evidence import EvidenceError, open_override, unverified_override

    for one in log.overrides:
        try:
            signed = (
                unverified_override(one.data) if approvers is None else open_override(one.data, approvers)
            )
        except EvidenceError as error:
            where = f"chain entry {one.index}, override"
            found.problems.append({"where": where, "what": str(error), "index": one.index})
            continue
        override = signed.override
        found.overrides.append(
            f"OVERRIDE in entry {one.index}, until {override.expires}, commit {override.commit[:12]}, "
            f"by {' and '.join(name[:16] for name in signed.approvers)}"
            + (" (not verified: name them with --approver)" if approvers is None else "")
            + f": {override.reason}"
        )


def _print(found: _Findings, *, as_json: bool) -> None:
    if found.overrides:
        loud(*found.overrides)
    if as_json:
        answer = {"authentic": not found.problems, "problems": found.problems, "overrides": found.overrides}
        click.echo(json.dumps({**answer, **found.said}, indent=2))
        return
    for problem in found.problems:
        click.echo(f"{problem['where']}: {problem['what']}")
    if found.problems:
        click.echo("NOT AUTHENTIC")
        return
    if "run_id" in found.said:
        said = found.said
        click.echo(f"run {said['run_id']}, commit {said['commit'][:12]}, {said['decision']}")
        click.echo(f"signed at {said['signed_at']} by key {said['keyid'][:16]}")
    if "chain" in found.said:
        click.echo(f"log of {found.said['chain']['entries']} entries, head {found.said['chain']['head']}")
    click.echo("AUTHENTIC")
