"""`gate evidence`: from a run's folder to one signed bundle and one entry in the decision log."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autobiz_harness.exit_codes import ExitCode

from .answering import fail
from .proving import chain_option, key_option, proving, signing_key
from .root import root_option
from .signing import sign_run

if TYPE_CHECKING:
    from autobiz_harness.run.rundir import RunDir


@click.command()
@click.argument("folder", metavar="[RUN-FOLDER]", required=False, type=click.Path(path_type=Path))
@key_option
@chain_option
@click.option("--out", type=click.Path(path_type=Path), help="The bundle. Default: RUN-FOLDER/bundle.json.")
@click.option("--gate-file", type=click.Path(path_type=Path), help="Default: the one that the run names.")
@root_option
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
        signed = sign_run(
            _run(folder, root), signing_key(key), root=root, chain=chain, out=out, gate_file=gate_file
        )
        if as_json:
            click.echo(json.dumps(signed.to_dict()))
        else:
            click.echo("\n".join(signed.lines()))


def _run(folder: Path | None, root: Path) -> "RunDir":
    from autobiz_harness.run.rundir import RunDir, RunDirError, latest

    if folder is not None:
        return RunDir(path=folder)
    try:
        return latest(root)
    except RunDirError as error:
        fail(ExitCode.UNDECIDED, str(error))
