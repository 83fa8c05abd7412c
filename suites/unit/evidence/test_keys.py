"""Keys: private for their owner alone, named by their public half, never shown."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from autobiz_gates.evidence import (
    EvidenceError,
    KeyFileError,
    SigningKey,
    generate_key,
    key_bytes,
    read_public_key,
    read_signing_key,
    write_key_pair,
)

pytestmark = pytest.mark.priority("P0")

KEY = generate_key()


def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    """The private key is written with mode 0600, and both halves are read back to the same key."""
    public = write_key_pair(KEY, tmp_path / "ci.key")

    assert stat.S_IMODE((tmp_path / "ci.key").stat().st_mode) == 0o600
    assert read_signing_key(key_bytes(tmp_path / "ci.key"), "k").public == KEY.public
    assert read_public_key(key_bytes(public), "k") == KEY.public


def test_a_passphrase_locks_the_key() -> None:
    """Without it, or with another, the key is not read; with it, it is the same key."""
    locked = KEY.pem(b"open sesame")

    assert b"ENCRYPTED PRIVATE KEY" in locked
    assert read_signing_key(locked, "k", b"open sesame").public == KEY.public
    with pytest.raises(KeyFileError, match="needs its passphrase"):
        read_signing_key(locked, "k")
    with pytest.raises(KeyFileError, match="wrong passphrase"):
        read_signing_key(locked, "k", b"other")
    with pytest.raises(KeyFileError, match="is not encrypted"):
        read_signing_key(KEY.pem(), "k", b"other")


def test_the_id_is_the_hash_of_the_public_key_info() -> None:
    """A key of fixed bytes has the id that any other tool computes for it."""
    pem = (
        b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        b"-----END PUBLIC KEY-----\n"
    )
    import base64
    from hashlib import sha256

    der = base64.b64decode(pem.split(b"\n")[1])

    assert read_public_key(pem, "k").id == sha256(der).hexdigest()


@pytest.mark.negative
def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    """An existing half of a pair, private or public, is left as it is."""
    (tmp_path / "a.pub").write_bytes(b"mine")

    with pytest.raises(KeyFileError, match="never overwritten"):
        write_key_pair(KEY, tmp_path / "a")

    assert not (tmp_path / "a").exists()
    assert (tmp_path / "a.pub").read_bytes() == b"mine"


def _curve() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@pytest.mark.negative
@pytest.mark.parametrize(
    "pem",
    [b"", b"\xff\x00", b"nonsense", KEY.public.pem, KEY.pem()[:60], _curve()],
    ids=["empty", "binary", "words", "public", "cut", "other curve"],
)
def test_what_is_no_private_key_is_told(pem: bytes) -> None:
    """Empty, binary, public, cut and other keys are refused by name."""
    with pytest.raises(KeyFileError, match=r"here\.key: not a"):
        read_signing_key(pem, "here.key")


@pytest.mark.negative
@pytest.mark.parametrize(
    "pem",
    [b"", b"\xff\x00", KEY.pem(), KEY.public.pem[:40], _curve()],
    ids=["empty", "binary", "private", "cut", "other curve"],
)
def test_what_is_no_public_key_is_told(pem: bytes) -> None:
    """A private key in the place of a public one is refused too: it has no business there."""
    with pytest.raises(KeyFileError, match=r"here\.pub: (not|a private key)"):
        read_public_key(pem, "here.pub")


@pytest.mark.negative
def test_a_huge_file_is_no_key(tmp_path: Path) -> None:
    """Files that no key is as large as are not read."""
    (tmp_path / "huge").write_bytes(b"x" * 20_000)

    with pytest.raises(KeyFileError, match="larger than"):
        key_bytes(tmp_path / "huge")


@pytest.mark.negative
@pytest.mark.parametrize("shown", [repr, str])
def test_a_key_is_not_shown(shown: type[str]) -> None:
    """Printing a key by accident shows its id and nothing else."""
    secret = KEY.pem().split(b"\n")[1].decode()

    said = shown(KEY)

    assert isinstance(KEY, SigningKey)
    assert secret not in said
    assert "PRIVATE" not in said
    assert KEY.public.id in said


@pytest.mark.negative
def test_a_signature_is_of_one_message_and_one_key() -> None:
    """Another message, another key and a cut signature are refused."""
    signature = KEY.sign(b"message")
    KEY.public.verify(signature, b"message", "here")

    for key, given, message in (
        (KEY, signature, b"massage"),
        (generate_key(), signature, b"message"),
        (KEY, signature[:-1], b"message"),
        (KEY, b"", b"message"),
    ):
        with pytest.raises(EvidenceError, match="no signature"):
            key.public.verify(given, message, "here")
