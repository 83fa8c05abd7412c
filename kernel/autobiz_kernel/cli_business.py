"""The commands about a business: compile it, draw it, sign it, replay its runs, decide what waits."""

import asyncio
import getpass
import importlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import click
import orjson

from .approvals import ApprovalDesk, PostgresApprovals, Request, Verdict, signed_decision
from .business import Compiled, CompileError, compile_business, people_of, release_of
from .cli_keys import private_key
from .clock import SystemClock
from .contract import ToolContract
from .graphs import svg
from .ledger import PostgresLedger
from .tool import Tool
from .workflow import PostgresQueue, replay_transcript, transcript_of

EXIT_FOUND = 1
Command = TypeVar("Command", bound=Callable[..., Any])
Option: TypeAlias = Callable[[Any], Any]


def _tools(command: Command) -> Command:
    option = click.option(
        "--tools",
        envvar="AUTOBIZ_TOOLS",
        required=True,
        help="Where the registry is: package.module:attribute, a list of tools or of their contracts.",
    )
    return option(command)


def registry_of(where: str) -> tuple[ToolContract, ...]:
    """Return the contracts of a registry that is named as `package.module:attribute`."""
    module, _, attribute = where.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found: Any = getattr(importlib.import_module(module), attribute or "TOOLS")
    except (ImportError, AttributeError) as error:
        raise click.UsageError(f"--tools {where}: {error}; name it as package.module:attribute") from error
    each: Iterable[Any] = found.values() if isinstance(found, dict) else found
    contracts = tuple(one.contract if isinstance(one, Tool) else one for one in each)
    strangers = [type(one).__name__ for one in contracts if not isinstance(one, ToolContract)]
    if strangers:
        raise click.UsageError(f"--tools {where}: holds {strangers[0]}, which is neither tool nor contract")
    return contracts


def _compiled(file: Path, tools: str) -> Compiled:
    return compile_business(file.read_text(encoding="utf-8"), registry_of(tools), file=str(file))


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("compile")
@click.argument("file", type=_FILE)
@_tools
@click.option("--graph", type=click.Choice(["svg"]), help="Draw each workflow.")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder of the drawings."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def compile_command(file: Path, tools: str, graph: str | None, into: Path, as_json: bool) -> None:
    """Check a business and print its digest, or all that is wrong with it."""
    try:
        compiled = _compiled(file, tools)
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
@click.argument("file", type=_FILE)
@_tools
@click.option("--key", type=_FILE, required=True, help="Private key, PEM.")
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The release.")
def release_command(file: Path, tools: str, key: Path, into: Path) -> None:
    """Compile a business and sign the result."""
    compiled = _compiled(file, tools)
    into.write_bytes(release_of(compiled, private_key(key)) + b"\n")
    click.echo(f"{compiled.sha256.hex()}  signed as {into}")


def replay_lines(database: str, tenant: UUID, run: UUID, *, file: Path, tools: str) -> str:
    """Replay a run's transcript and say what it has come to."""
    compiled = _compiled(file, tools)

    async def replayed() -> str:
        ledger, queue = await PostgresLedger.connect(database), await PostgresQueue.connect(database)
        try:
            told = replay_transcript(compiled, await transcript_of(ledger, queue, tenant, run))
        finally:
            await queue.close()
            await ledger.close()
        return (
            f"{told.moves} moves, {told.calls} calls and {told.receipts} receipts are the same; "
            f"the state is {told.state_hash.hex()}"
        )

    return asyncio.run(replayed())


def _line(request: Request) -> str:
    asked = orjson.dumps(dict(request.shown)).decode()
    question = request.question
    return (
        f"{request.approval_id}  {question.priority}  until {question.expires_at:%Y-%m-%d %H:%M}  "
        f"{request.tool}  {asked}  asked of {', '.join(request.groups) or 'nobody'}"
    )


def approvals_group(database: Option, tenant: Option) -> click.Group:
    """Make the group of commands about approvals, with the options that all commands share."""

    @click.group()
    def approvals() -> None:
        """Decide what waits for a person."""

    @approvals.command("list")
    @database
    @tenant
    @click.option("--limit", default=50, show_default=True)
    def list_command(database: str, tenant: UUID, limit: int) -> None:
        """List what waits, the most urgent first."""

        async def found() -> tuple[Request, ...]:
            kept = await PostgresApprovals.connect(database)
            try:
                return await kept.open_ones(tenant, limit=limit)
            finally:
                await kept.close()

        requests = asyncio.run(found())
        for request in requests:
            click.echo(_line(request))
        click.echo(f"{len(requests)} waiting")

    @approvals.command("decide")
    @database
    @tenant
    @_tools
    @click.argument("approval", type=click.UUID)
    @click.argument("verdict", type=click.Choice([each.value for each in Verdict]))
    @click.option("--business", type=_FILE, required=True, help="The business's file.")
    @click.option("--as", "name", default=getpass.getuser, help="Whose decision; the login by default.")
    @click.option("--key", type=_FILE, required=True, help="That person's private key, PEM.")
    @click.option("--reason", default="", help="Why.")
    def decide_command(database: str, tenant: UUID, tools: str, approval: UUID, **said: Any) -> None:
        """Approve or deny, signed with a key that the configuration knows."""
        compiled, signer = _compiled(said["business"], tools), private_key(said["key"])
        verdict, reason = Verdict(said["verdict"]), str(said["reason"])

        async def done() -> Request:
            kept = await PostgresApprovals.connect(database)
            try:
                request = await kept.look(tenant, approval)
                if request is None:
                    raise click.UsageError(
                        f"{approval} is no request of this tenant; see `autobiz approvals list`"
                    )
                signature = signed_decision(
                    signer,
                    tenant=tenant,
                    approval_id=approval,
                    fingerprint=request.fingerprint,
                    verdict=verdict,
                    reason=reason,
                )
                desk = ApprovalDesk(approvals=kept, people=people_of(compiled), clock=SystemClock())
                return await desk.decide_signed(
                    tenant=tenant,
                    approval_id=approval,
                    name=said["name"],
                    verdict=verdict,
                    signature=signature,
                    reason=reason,
                )
            finally:
                await kept.close()

        told = asyncio.run(done())
        click.echo(f"{approval} is {told.status.name.lower()}")

    return approvals
