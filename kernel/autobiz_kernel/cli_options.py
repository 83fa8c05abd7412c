"""What the commands of the command line share: options, the registry that they name, and keys."""

import importlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from .business import Compiled, compile_business
from .contract import ToolContract
from .tool import Tool

Command = TypeVar("Command", bound=Callable[..., Any])
FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


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


def compiled_from(file: Path, tools: str) -> Compiled:
    """Compile a file against a registry."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8: {error}") from error
    return compile_business(text, registry_of(tools), file=str(file))


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
