"""What the commands of the command line share: options, the registry that they name, and keys."""

import hashlib
import importlib
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from .business import Compiled, Shelf, compile_business
from .clock import SystemClock
from .contract import ToolContract
from .costs import prices_of_toml
from .tool import Tool

Command = TypeVar("Command", bound=Callable[..., Any])
# The answers of `autobiz`, beside 0: docs/reference/exit-codes.md.
EXIT_FOUND: Final = 1
EXIT_ERROR: Final = 2
EXIT_INTERRUPTED: Final = 5
FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER: Final = click.Path(path_type=Path, exists=True, file_okay=False)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def database(command: Command) -> Command:
    """Every command works on a database, whose URL holds a password and so comes from the environment."""
    option = click.option(
        "--database",
        envvar="AUTOBIZ_DATABASE_URL",
        required=True,
        help="URL; better given in AUTOBIZ_DATABASE_URL.",
    )
    return option(command)


def tenant_option(command: Command) -> Command:
    """Everything that is kept is a tenant's."""
    return click.option("--tenant", type=click.UUID, required=True, help="Whose books.")(command)


def tools_option(command: Command) -> Command:
    """A business is compiled against a registry of tools."""
    option = click.option(
        "--tools",
        envvar="AUTOBIZ_TOOLS",
        required=True,
        help="Where the registry is: package.module:attribute, a list of tools or of their contracts.",
    )
    return option(command)


def duration(said: str, *, most: timedelta) -> timedelta:
    """Read a time that is said as a number and its unit, from a second to as long as is allowed."""
    read = re.fullmatch(r"([0-9]{1,9})([smhd])", said, re.ASCII)
    if read is None:
        raise click.BadParameter(f"{said!r} is no duration; write a number and s, m, h or d, such as 1h")
    length = timedelta(**{_UNITS[read[2]]: int(read[1])})
    if not timedelta(seconds=1) <= length <= most:
        raise click.BadParameter(f"{said} is not from 1s to {most.days}d")
    return length


def registry_of(where: str) -> tuple[ToolContract, ...]:
    """Return the contracts of a registry that is named as `package.module:attribute`."""
    module, _, attribute = where.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found: Any = getattr(importlib.import_module(module), attribute or "TOOLS")
    except (ImportError, AttributeError, ValueError) as error:
        raise click.UsageError(f"--tools {where}: {error}; name it as package.module:attribute") from error
    each: Iterable[Any] = found.values() if isinstance(found, dict) else found
    contracts = tuple(one.contract if isinstance(one, Tool) else one for one in each)
    strangers = [type(one).__name__ for one in contracts if not isinstance(one, ToolContract)]
    if strangers:
        raise click.UsageError(f"--tools {where}: holds {strangers[0]}, which is neither tool nor contract")
    return contracts


def shelf_options(command: Command) -> Command:
    """A business that pins models is compiled against their prompts and their prices."""
    options = (
        click.option(
            "--prompts",
            type=FOLDER,
            help="Folder of the pinned prompts; `prompts` beside the file by default.",
        ),
        click.option("--prices", type=FILE, help="Price file; `prices.toml` beside the file by default."),
        click.option(
            "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day for which prices must be there; today."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def shelf_beside(file: Path, prompts: Path | None, prices: Path | None, on: datetime | None) -> Shelf:
    """Read the prompts and prices that pins may name, from where they are said or usually are."""
    folder, table = prompts or file.parent / "prompts", prices or file.parent / "prices.toml"
    digests = None
    if folder.is_dir():
        found = (each for each in folder.rglob("*") if each.is_file())
        digests = frozenset(hashlib.sha256(each.read_bytes()).hexdigest() for each in found)
    return Shelf(
        prompts=digests,
        prices=prices_of_toml(table.read_text("utf-8"), name=str(table)) if table.is_file() else None,
        at=SystemClock().now() if on is None else on.replace(tzinfo=UTC),
        where=(str(folder), str(table)),
    )


def compiled_from(file: Path, tools: str, *, shelf: Shelf | None = None) -> Compiled:
    """Compile a file against a registry."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8: {error}") from error
    return compile_business(text, registry_of(tools), file=str(file), shelf=shelf)


def public_key(key: Path) -> Ed25519PublicKey:
    """Read a public key."""
    try:
        made = load_pem_public_key(key.read_bytes())
    except ValueError:
        made = None
    if not isinstance(made, Ed25519PublicKey):
        raise click.UsageError(f"{key} holds no public Ed25519 key in PEM; give another")
    return made


def private_key(key: Path) -> Ed25519PrivateKey:
    """Read a private key."""
    try:
        made = load_pem_private_key(key.read_bytes(), password=None)
    except (ValueError, TypeError):
        made = None
    if not isinstance(made, Ed25519PrivateKey):
        raise click.UsageError(f"{key} holds no private Ed25519 key in PEM without a password")
    return made
