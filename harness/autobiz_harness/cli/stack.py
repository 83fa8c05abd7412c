"""`gate stack up | down | status`: the stack for people and scripts."""

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from autobiz_harness.exit_codes import ExitCode
from autobiz_harness.stack import (
    SERVICES,
    Stack,
    StackError,
    Standing,
    join,
    keep,
    locate,
    project_root,
    standings,
    stop,
)

from .answering import answering, fail

_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
_directory = click.option(
    "--directory",
    type=click.Path(path_type=Path),
    help="The stack's private directory (AUTOBIZ_STACK_DIR; default: one per project).",
)


@click.group()
def stack() -> None:
    """PostgreSQL, Valkey and WireMock for this project."""


@stack.command()
@click.option("--postgres-port", type=click.IntRange(1, 65535), help="Default: a free port.")
@click.option("--valkey-port", type=click.IntRange(1, 65535), help="Default: a free port.")
@click.option("--wiremock-port", type=click.IntRange(1, 65535), help="Default: a free port.")
@click.option(
    "--wiremock-jar",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another WireMock (AUTOBIZ_WIREMOCK_JAR).",
)
@_directory
@_as_json
def up(
    postgres_port: int | None,
    valkey_port: int | None,
    wiremock_port: int | None,
    wiremock_jar: Path | None,
    directory: Path | None,
    as_json: bool,
) -> None:
    """Bring the stack up and keep it until `gate stack down`; print its URLs."""
    asked = {"postgres": postgres_port, "valkey": valkey_port, "wiremock": wiremock_port}
    ports = {name: port for name, port in asked.items() if port is not None}
    if len(set(ports.values())) < len(ports):
        raise click.UsageError("two services cannot share a port; name different ones")
    with _answering():
        _progress(f"bringing up {', '.join(SERVICES)} ...")
        root = project_root(Path.cwd())
        with join(root, directory=directory, ports=ports, wiremock_jar=wiremock_jar) as joined:
            file = keep(joined)
            _say_up(joined, file, as_json=as_json)


@stack.command()
@_directory
@_as_json
def down(directory: Path | None, as_json: bool) -> None:
    """Stop the stack, whoever uses it, and remove its data."""
    with _answering():
        stopped = stop(locate(project_root(Path.cwd()), directory))
    if as_json:
        click.echo(json.dumps({"running": False, "stopped": list(stopped)}))
    else:
        click.echo(f"stopped {', '.join(stopped)}" if stopped else "the stack is not running")


@stack.command()
@_directory
@_as_json
def status(directory: Path | None, as_json: bool) -> None:
    """Say what runs, where, and why something does not."""
    with _answering():
        place = locate(project_root(Path.cwd()), directory)
        found = standings(place)
    running = any(standing.running or standing.starting for standing in found)
    if as_json:
        services = {standing.name: _as_dict(standing) for standing in found}
        answer = {"running": running, "directory": str(place), "services": services}
        click.echo(json.dumps(answer if running else {"running": False}))
        return
    if not running:
        click.echo("the stack is not running; bring it up with 'gate stack up'")
    for standing in found:
        if line := _line(standing):
            click.echo(line)


@contextmanager
def _answering() -> Iterator[None]:
    """Answer the stack's error as every other."""
    with answering():
        try:
            yield
        except StackError as error:
            fail(ExitCode.INFRASTRUCTURE, str(error))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(text, err=True)


def _say_up(joined: Stack, file: Path, *, as_json: bool) -> None:
    if as_json:
        services = {
            endpoint.name: {"url": endpoint.url, "external": endpoint.external, "started": endpoint.started}
            for endpoint in joined.endpoints
        }
        answer = {"running": True, "directory": str(joined.directory), "env_file": str(file)}
        click.echo(json.dumps(answer | {"services": services}))
        return
    for endpoint in joined.endpoints:
        origin = "given in the environment" if endpoint.external else "already running"
        click.echo(f"{endpoint.name:<9} {endpoint.url}" + ("" if endpoint.started else f"  ({origin})"))
    click.echo(f"\nsource {shlex.quote(str(file))}")


def _as_dict(standing: Standing) -> dict[str, Any]:
    notice = standing.notice
    return {
        "running": standing.running,
        "starting": standing.starting,
        "kept": standing.kept,
        "url": notice.url if standing.running else None,
        "port": notice.port if standing.running else None,
        "pid": notice.pid if standing.running else None,
        "keeper": notice.keeper if standing.running else None,
        "log": str(standing.log),
        "error": notice.error or None,
    }


def _line(standing: Standing) -> str:
    """Describe one service, or nothing where there is nothing to say."""
    if standing.running:
        until = "until 'gate stack down'" if standing.kept else "until its last user leaves"
        return f"{standing.name:<9} {standing.notice.url}  (stays {until})"
    if standing.starting:
        return f"{standing.name:<9} is starting"
    return f"{standing.name:<9} {standing.notice.error}" if standing.notice.error else ""
