"""The commands about a business: compile it, draw it, sign it, replay its runs."""

import asyncio
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson

from .business import CompileError, release_of
from .cli_options import (
    EXIT_FOUND,
    FILE,
    compiled_from,
    private_key,
    shelf_beside,
    shelf_options,
    tools_option,
)
from .costs import prices_of_toml
from .graphs import svg
from .ledger import PostgresLedger
from .workflow import PostgresQueue, replay_transcript, transcript_of


@click.command("compile")
@click.argument("file", type=FILE)
@tools_option
@click.option("--graph", type=click.Choice(["svg"]), help="Draw each workflow.")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder of the drawings."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@shelf_options
def compile_command(
    file: Path, tools: str, graph: str | None, into: Path, as_json: bool, **shelf: Any
) -> None:
    """Check a business and print its digest, or all that is wrong with it.

    Pinned models are checked too: how they are written, that their prompts and their prices are there.
    """
    try:
        compiled = compiled_from(file, tools, shelf=shelf_beside(file, **shelf))
    except CompileError as error:
        if as_json:
            told = [
                {"line": each.line, "code": each.code.value, "where": each.where, "words": each.words}
                for each in error.complaints
            ]
            click.echo(orjson.dumps({"complaints": told}).decode())
        else:
            click.echo(str(error))
        sys.exit(EXIT_FOUND)
    drawn = []
    if graph is not None:
        into.mkdir(parents=True, exist_ok=True)
        for name, each in compiled.graphs.items():
            drawn.append(into / f"{name}.svg")
            drawn[-1].write_text(svg(each), encoding="utf-8")
    if as_json:
        said = {"sha256": compiled.sha256.hex(), "workflows": sorted(compiled.graphs), "complaints": []}
        click.echo(orjson.dumps(said).decode())
        return
    for path in drawn:
        click.echo(f"drew {path}")
    click.echo(f"{compiled.sha256.hex()}  {compiled.file.business}, {len(compiled.graphs)} workflows")


@click.command("release")
@click.argument("file", type=FILE)
@tools_option
@click.option("--key", type=FILE, required=True, help="Private key, PEM.")
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The release.")
@shelf_options
def release_command(file: Path, tools: str, key: Path, into: Path, **shelf: Any) -> None:
    """Compile a business and sign the result."""
    compiled = compiled_from(file, tools, shelf=shelf_beside(file, **shelf))
    into.write_bytes(release_of(compiled, private_key(key)) + b"\n")
    click.echo(f"{compiled.sha256.hex()}  signed as {into}")


def replay_lines(
    database: str, tenant: UUID, run: UUID, *, file: Path, tools: str, prices: Path | None = None
) -> str:
    """Replay a run's transcript and say what it has come to."""
    compiled = compiled_from(file, tools)
    table = None if prices is None else prices_of_toml(prices.read_text(encoding="utf-8"), name=str(prices))

    async def replayed() -> str:
        ledger, queue = await PostgresLedger.connect(database), await PostgresQueue.connect(database)
        try:
            told = replay_transcript(compiled, await transcript_of(ledger, queue, tenant, run), prices=table)
        finally:
            await queue.close()
            await ledger.close()
        return (
            f"{told.moves} moves, {told.calls} calls and {told.receipts} receipts are the same; "
            f"the state is {told.state_hash.hex()}"
        )

    return asyncio.run(replayed())
