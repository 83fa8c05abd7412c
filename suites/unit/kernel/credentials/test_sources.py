"""Wherever secrets are kept, they are read alike: by tenant and name, with their version, and never told."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import boto3
import hvac
import pytest
from moto import mock_aws

from autobiz_kernel.credentials import (
    AbsentError,
    AwsSecrets,
    EnvironmentSecrets,
    FileSecrets,
    Held,
    Source,
    SourceError,
    VaultSecrets,
)

from ....credentials_kept import OURS, THEIRS

TOKEN = "made-up"
Put: TypeAlias = Callable[[UUID, str, str], None]


class Vault(HTTPServer):
    """As much of Vault as reading from its key-value store needs: a token, paths, versions, deletion."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kept: dict[str, list[Any]] = {}
        self.is_sealed = False

    def put(self, tenant: UUID, name: str, value: Any) -> None:
        self.kept.setdefault(f"/v1/secret/data/autobiz/{tenant}/{name}", []).append(value)


class _Handler(BaseHTTPRequestHandler):
    server: Vault

    def do_GET(self) -> None:
        versions = self.server.kept.get(self.path)
        if self.server.is_sealed:
            self._answer(503, {"errors": ["Vault is sealed"]})
        elif self.headers.get("X-Vault-Token") != TOKEN:
            self._answer(403, {"errors": ["permission denied"]})
        elif versions is None:
            self._answer(404, {"errors": []})
        else:
            about = {"version": len(versions), "created_time": "2026-01-01T00:00:00.123456789Z"}
            self._answer(200, {"data": {"data": {"value": versions[-1]}, "metadata": about}})

    def _answer(self, status: int, told: Any) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the server's own word
        """Say nothing."""


@pytest.fixture
def vault() -> Iterator[Vault]:
    with Vault() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def vault_source(vault: Vault, token: str = TOKEN) -> VaultSecrets:
    return VaultSecrets(client=hvac.Client(url=f"http://127.0.0.1:{vault.server_port}", token=token))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-central-1")


@pytest.fixture(params=["environment", "file", "vault", "aws"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Source, Put]:
    """One of all, and the way to put something there; each kind is read through the same tests."""
    if request.param == "environment":
        variables: dict[str, str] = {}

        def set_variable(tenant: UUID, name: str, value: str) -> None:
            variables[f"AUTOBIZ_SECRET_{tenant.hex}_{name}".upper()] = value

        return EnvironmentSecrets(environment=variables), set_variable
    if request.param == "file":
        return FileSecrets(root=tmp_path), lambda *what: write(tmp_path, *what)
    if request.param == "vault":
        server: Vault = request.getfixturevalue("vault")
        return vault_source(server), server.put
    client = request.getfixturevalue("aws")

    def put_secret(tenant: UUID, name: str, value: str) -> None:
        known = f"autobiz/{tenant}/{name}"
        try:
            client.create_secret(Name=known, SecretString=value)
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=known, SecretString=value)

    return AwsSecrets(client=client), put_secret


def write(root: Path, tenant: UUID, name: str, value: str) -> None:
    """As an orchestrator does: a new file in the place of the old one."""
    folder = root / str(tenant)
    folder.mkdir(exist_ok=True)
    new = folder / ".new"
    new.write_text(value + "\n")
    new.chmod(0o600)
    new.rename(folder / name)


def read(source: Source, tenant: UUID = OURS, name: str = "stripe") -> Held:
    return asyncio.run(source.read(tenant, name))


def test_each_tenant_has_its_own_and_a_new_one_is_seen_at_once(source: tuple[Source, Put]) -> None:
    """Two tenants' secrets of one name are two, and replacing one is seen at the next look."""
    where, put = source
    put(OURS, "stripe", "hush-ours-1")
    put(THEIRS, "stripe", "hush-theirs-1")
    first = read(where)
    put(OURS, "stripe", "hush-ours-2")
    assert [first.secret.reveal(), read(where, THEIRS).secret.reveal()] == ["hush-ours-1", "hush-theirs-1"]
    second = read(where)
    assert second.secret.reveal() == "hush-ours-2"
    if not isinstance(where, EnvironmentSecrets):
        assert first.version != second.version
        assert second.since is not None
        assert second.since.utcoffset() is not None


@pytest.mark.negative
@pytest.mark.parametrize("name", ["stripe", "../stripe", "a/b", "", "A", "x" * 65, "stripe\n", "%2e%2e"])
def test_what_is_not_there_and_what_is_no_name_is_absent(source: tuple[Source, Put], name: str) -> None:
    """A name that leads elsewhere is no name; nothing but a plain word is looked for."""
    where, put = source
    put(OURS, "other", "hush")
    with pytest.raises(AbsentError):
        read(where, name=name)


@pytest.mark.negative
def test_a_vault_that_does_not_answer_or_not_sensibly_may_later(vault: Vault) -> None:
    """A wrong token, a sealed vault, a value that is no text: an error without context, value or words."""
    vault.put(OURS, "stripe", {"hush": 1})
    for where in (vault_source(vault, "wrong"), vault_source(vault)):
        with pytest.raises(SourceError) as caught:
            read(where)
        assert (caught.value.__context__, caught.value.__cause__) == (None, None)
        assert "hush" not in str(caught.value)
    vault.put(OURS, "stripe", "hush")
    vault.is_sealed = True
    with pytest.raises(SourceError, match="VaultDown"):
        read(vault_source(vault))


@pytest.mark.negative
def test_a_secret_of_bytes_or_one_to_be_deleted_is_not_served(aws: Any) -> None:
    """What Secrets Manager holds as bytes is no text, and what it is about to delete is not to be had."""
    name = f"autobiz/{OURS}/stripe"
    aws.create_secret(Name=name, SecretBinary=b"hush")
    with pytest.raises(SourceError, match="no text"):
        read(AwsSecrets(client=aws))
    aws.delete_secret(SecretId=name)
    with pytest.raises(SourceError) as caught:
        read(AwsSecrets(client=aws))
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)


@pytest.mark.negative
def test_a_file_that_leads_out_or_that_everybody_reads_is_refused(tmp_path: Path) -> None:
    """A link to another tenant's, a mode open to all, bytes that are no text, a folder: each is an error."""
    write(tmp_path, THEIRS, "stripe", "hush")
    write(tmp_path, OURS, "open", "hush")
    write(tmp_path, OURS, "bytes", "hush")
    folder = tmp_path / str(OURS)
    (folder / "linked").symlink_to(tmp_path / str(THEIRS) / "stripe")
    (folder / "open").chmod(0o604)
    (folder / "bytes").write_bytes(b"\xff\xfehush")
    (folder / "folder").mkdir()
    for name in ("linked", "open", "bytes", "folder"):
        with pytest.raises(SourceError) as caught:
            read(FileSecrets(root=tmp_path), name=name)
        assert "hush" not in str(caught.value)
    (tmp_path / str(OURS)).rename(tmp_path / "kept")
    (tmp_path / str(OURS)).symlink_to(tmp_path / str(THEIRS))
    with pytest.raises(SourceError, match="leads out"):
        read(FileSecrets(root=tmp_path))
