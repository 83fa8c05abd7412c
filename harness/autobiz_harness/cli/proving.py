"""What the commands of signed evidence share: keys by option or environment, files that must be there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autobiz_harness.exit_codes import ExitCode

from .answering import answering, fail

if TYPE_CHECKING:
    from autobiz_gates.evidence import PublicKey, SigningKey

KEY_VARIABLE = "AUTOBIZ_SIGNING_KEY"
PASSPHRASE_VARIABLE = "AUTOBIZ_SIGNING_PASSPHRASE"  # noqa: S105  # the variable's name, not what it holds
CHAIN_FILE = Path(".autobiz/decisions.jsonl")

key_option = click.option(
    "--key",
    type=click.Path(path_type=Path),
    help=f"Private key file. Default: the PEM text in {KEY_VARIABLE}. Passphrase: {PASSPHRASE_VARIABLE}.",
)
chain_option = click.option(
    "--chain",
    type=click.Path(path_type=Path),
    default=CHAIN_FILE,
    show_default=True,
    help="The decision log.",
)
allow_option = click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="KEY.pub",
    type=click.Path(path_type=Path),
    help="Public key of somebody who may sign evidence. Give it once for each.",
)
approver_option = click.option(
    "--approver",
    "approvers",
    multiple=True,
    metavar="KEY.pub",
    type=click.Path(path_type=Path),
    help="Public key of somebody who may approve an override. Give it once for each.",
)


@contextmanager
def proving() -> Iterator[None]:
    """Every error of signed evidence ends here: refused, misnamed key, or missing file."""
    from autobiz_gates.evidence import EvidenceError, KeyFileError

    with answering():
        try:
            yield
        except EvidenceError as error:
            fail(ExitCode.SHUT, str(error))
        except KeyFileError as error:
            fail(ExitCode.USAGE, str(error))
        except FileNotFoundError as error:
            fail(ExitCode.UNDECIDED, f"{error.filename}: no such file, so nothing can be shown")


def signing_key(path: Path | None) -> "SigningKey":
    """The key to sign with; its content goes nowhere but into the signer."""
    from autobiz_gates.evidence import key_bytes, read_signing_key

    secret = passphrase()
    text = os.environ.pop(KEY_VARIABLE, None)
    # Gates may start programs, and none of them has any business with the key.
    os.environ.pop(PASSPHRASE_VARIABLE, None)
    if path is not None:
        _must_exist(path)
        if path.stat().st_mode & 0o077:
            click.echo(f"gate: {path}: others can read this private key; chmod 600 it", err=True)
        return read_signing_key(key_bytes(path), str(path), secret)
    if not text:
        raise click.UsageError(f"no key to sign with: give --key FILE or set {KEY_VARIABLE}")
    return read_signing_key(text.encode("utf-8", "surrogateescape"), KEY_VARIABLE, secret)


def passphrase() -> bytes | None:
    """What unlocks or locks a private key; an empty one is none."""
    return os.environb.get(PASSPHRASE_VARIABLE.encode()) or None


def public_keys(paths: tuple[Path, ...], option: str) -> dict[str, "PublicKey"]:
    """The allowlist. An empty one would allow nobody, so it is a mistake of the caller."""
    from autobiz_gates.evidence import by_id, key_bytes, read_public_key

    if not paths:
        raise click.UsageError(f"whose signature counts? Name public keys with {option} KEY.pub")
    for path in paths:
        _must_exist(path)
    return by_id(read_public_key(key_bytes(path), str(path)) for path in paths)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(data)
    try:
        # A link, unlike a rename, fails where somebody was quicker.
        os.link(half, path)
    except FileExistsError:
        raise click.UsageError(
            f"{path}: exists already and is left as it is; name another with --out"
        ) from None
    finally:
        half.unlink()


def loud(*lines: str) -> None:
    """Say on stderr, so that no pipe hides it, that people took a decision the gates did not."""
    bar = "!" * 78
    for line in (bar, *lines, bar):
        click.secho(line, err=True, bold=True, fg="red")


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise click.UsageError(f"{path}: no such key file; `gate keygen` makes one")
