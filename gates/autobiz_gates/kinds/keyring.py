"""Whose signatures count for a gate: public key files that the gate names."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autobiz_gates.fields import Field, texts

if TYPE_CHECKING:
    from autobiz_gates.evidence import PublicKey


class KeyringError(Exception):
    """A key that the gate names cannot be used, so nothing can be verified with it."""


def keys_field(doc: str, *, required: bool = False) -> Field:
    return texts("keys", doc, required=required)


def read_keys(root: Path, names: Sequence[str]) -> "dict[str, PublicKey]":
    """Return the keys by their ids; one that is not there, or is another than named, raises KeyringError.

    A name is a file, or `FILE#ID` with the id that `gate keygen` prints: no other key can take that place.
    """
    # Reading a gate file must not pay for cryptography.
    from autobiz_gates.evidence import KeyFileError, by_id, key_bytes, read_public_key

    keys = []
    for entry in names:
        name, _, pinned = entry.partition("#")
        try:
            key = read_public_key(key_bytes(root / name), name)
        except OSError as error:
            raise KeyringError(
                f"{name}: {error.strerror or error}, so no signature can be verified"
            ) from None
        except KeyFileError as error:
            raise KeyringError(str(error)) from None
        if pinned and key.id != pinned:
            raise KeyringError(f"{name}: is key {key.id[:16]}, and the gate names {pinned[:16]}")
        keys.append(key)
    return by_id(keys)
