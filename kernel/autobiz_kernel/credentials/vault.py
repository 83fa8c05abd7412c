"""Secrets in HashiCorp Vault, in its key-value store of version 2."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from .source import AbsentError, Held, SourceError, checked_name, held


class _VaultClient(Protocol):
    """What is used of `hvac.Client`."""

    secrets: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSecrets:
    """MOUNT/PREFIX/<tenant>/<name>, whose field `value` holds the secret; takes an `hvac.Client`.

    Give Vault a policy by which this process reads below its prefix alone.
    """

    client: _VaultClient = field(repr=False)
    mount: str = "secret"
    prefix: str = "autobiz"

    async def read(self, tenant: UUID, name: str) -> Held:
        path = f"{self.prefix}/{tenant}/{checked_name(name)}"
        # Its client waits for answers, so it does that on a thread.
        return await asyncio.to_thread(self._read, path, f"vault {self.mount}/{path}")

    def _read(self, path: str, where: str) -> Held:
        failure, told = "", None
        try:
            told = self.client.secrets.kv.v2.read_secret_version(
                path=path, mount_point=self.mount, raise_on_deleted_version=True
            )
        except Exception as error:  # noqa: BLE001  # whatever its client raises may quote the answer
            failure = type(error).__name__
        # Outside of the handler, so that not even the context of our error is theirs.
        if failure == "InvalidPath":
            raise AbsentError(f"{where}: nothing is kept there")
        if failure:
            raise SourceError(f"{where}: not to be read ({failure})")
        match told:
            case {"data": {"data": {"value": value}, "metadata": dict(about)}}:
                version, at = about.get("version"), str(about.get("created_time"))
                return held(value, where=where, version=str(version), since=_moment(at, where))
        raise SourceError(f"{where}: answered without a field 'value', or without its version")


def _moment(text: str, where: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise SourceError(f"{where}: its created_time is no moment") from None
