"""`gate init`: a gate file that says what it means and can be gated with at once."""

import json
from importlib.resources import files
from pathlib import Path

import click

from autobiz_harness.exit_codes import ExitCode

from .answering import answering, fail


@click.command()
@click.option("--path", type=click.Path(path_type=Path), default=Path("gate.toml"), help="Where to write it.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as one JSON object.")
def init(*, path: Path, as_json: bool) -> None:
    """Write a gate file to start from; an existing one is never touched."""
    with answering():
        if path.exists():
            fail(ExitCode.USAGE, f"{path}: exists already and is left as it is; name another with --path")
        text = files("autobiz_harness.cli").joinpath("gate.toml").read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8")
        if as_json:
            click.echo(json.dumps({"gate_file": str(path), "gates": ["tests"]}))
            return
        click.echo(f"wrote {path}: one gate over all tests. Next: gate run")
