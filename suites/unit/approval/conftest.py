"""What the tests of approvals share: keys of three people, and a project that two of them may approve."""

from pathlib import Path

import pytest

from autobiz_gates.evidence import SigningKey, generate_key


@pytest.fixture(scope="module")
def keys() -> dict[str, SigningKey]:
    return {name: generate_key() for name in ("ann", "bob", "eve")}


@pytest.fixture
def project(tmp_path: Path, keys: dict[str, SigningKey]) -> Path:
    """A project with a design, and the public keys of Ann and Bob."""
    (tmp_path / "design.md").write_text("It is designed.")
    for name in ("ann", "bob"):
        (tmp_path / f"{name}.pub").write_bytes(keys[name].public.pem)
    return tmp_path
