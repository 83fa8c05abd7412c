"""Read keys for the command line."""

from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


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
