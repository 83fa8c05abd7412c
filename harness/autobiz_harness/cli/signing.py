"""Sign a run's folder: count it again, then one bundle beside it and one entry in the decision log."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autobiz_harness.clock import utc_now
from autobiz_harness.exit_codes import ExitCode

from .answering import fail
from .proving import write_new

if TYPE_CHECKING:
    from autobiz_gates.evidence import SigningKey
    from autobiz_harness.run.rundir import RunDir


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRun:
    """What was signed, where it lies, and its entry in the log."""

    bundle: Path
    chain: Path
    decision: str
    head: str
    index: int
    body: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        place = {"bundle": str(self.bundle), "chain": str(self.chain), "head": self.head}
        return {**place, "index": self.index, **self.body}

    def lines(self) -> tuple[str, ...]:
        return (
            f"signed  {self.bundle}  ({self.decision}, commit {self.body['commit'][:12]})",
            f"logged  {self.chain}, entry {self.index}",
            f"head    {self.head}  (write it down elsewhere: it shows if the log is cut short)",
        )


def sign_run(
    run: "RunDir", signer: "SigningKey", *, root: Path, chain: Path, out: Path | None, gate_file: Path | None
) -> SignedRun:
    """Sign what the ledgers give and nothing on trust; a run that does not follow from them is not signed."""
    from autobiz_gates.evidence import hash_of_line, open_chain, sign_bundle, state
    from autobiz_harness.run.recount import RecountError, recount

    now = utc_now()
    try:
        counted = recount(root, run, gate_file, now.date())
    except RecountError as error:
        fail(ExitCode.SHUT, *error.problems, "nothing was signed")
    path = out or run.path / "bundle.json"
    if path.exists():
        raise click.UsageError(f"{path}: exists already and is left as it is; name another with --out")
    with open_chain(chain) as chained:
        if chained.torn:
            click.echo(f"gate: {chain}: dropped a half-written last line that nobody relied on", err=True)
        statement = state(counted.evidence, counted.sha256, counted.tallies, chained.log.head, now)
        data, bundle = sign_bundle(statement, signer)
        entry = bundle.entry()
        write_new(path, data)
        chained.append(entry)
    return SignedRun(
        bundle=path,
        chain=chain,
        decision=statement.decision,
        head=hash_of_line(entry.line()),
        index=entry.index,
        body=entry.body,
    )
