"""`gate evidence`: from a run's folder to one signed bundle and one entry in the decision log."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autobiz_harness.clock import utc_now
from autobiz_harness.exit_codes import ExitCode

from .answering import fail
from .proving import chain_option, key_option, proving, signing_key, write_new

if TYPE_CHECKING:
    from autobiz_harness.run.rundir import RunDir


@click.command()
@click.argument("folder", metavar="[RUN-FOLDER]", required=False, type=click.Path(path_type=Path))
@key_option
@chain_option
@click.option("--out", type=click.Path(path_type=Path), help="The bundle. Default: RUN-FOLDER/bundle.json.")
@click.option("--gate-file", type=click.Path(path_type=Path), help="Default: the one that the run names.")
@click.option(
    "--root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="The project (.).",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was signed as one JSON object.")
def evidence(
    folder: Path | None,
    key: Path | None,
    chain: Path,
    out: Path | None,
    gate_file: Path | None,
    root: Path,
    as_json: bool,
) -> None:
    """Sign the evidence of RUN-FOLDER (the latest run by default) into one bundle.

    Nothing is signed on trust: the ledgers are folded and every gate decided again, and if anything differs
    from what the run wrote down, nothing is signed (exit 1). Evidence of a shut gate is signed too; it says
    so.

    \b
      gate run
      gate evidence --key ci.key
      gate check .autobiz/runs/RUN/bundle.json --allow ci.key.pub
    """
    with proving():
        from autobiz_gates.evidence import open_chain, sign_bundle, state
        from autobiz_harness.run.recount import RecountError, recount

        signer, now, run = signing_key(key), utc_now(), _run(folder, root)
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
        _print(entry.line(), statement.decision, path, chain, as_json=as_json)


def _run(folder: Path | None, root: Path) -> "RunDir":
    from autobiz_harness.run.rundir import RunDir, RunDirError, latest

    if folder is not None:
        return RunDir(path=folder)
    try:
        return latest(root)
    except RunDirError as error:
        fail(ExitCode.UNDECIDED, str(error))


def _print(line: bytes, decision: str, path: Path, chain: Path, *, as_json: bool) -> None:
    from autobiz_gates.evidence import hash_of_line

    entry = json.loads(line)["entry"]
    if as_json:
        said = {"bundle": str(path), "chain": str(chain), "head": hash_of_line(line)}
        click.echo(json.dumps({**said, "index": entry["index"], **entry["body"]}))
        return
    click.echo(f"signed  {path}  ({decision}, commit {entry['body']['commit'][:12]})")
    click.echo(f"logged  {chain}, entry {entry['index']}")
    click.echo(f"head    {hash_of_line(line)}  (write it down elsewhere: it shows if the log is cut short)")
