"""Secrets in AWS Secrets Manager."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from .source import AbsentError, Held, SourceError, checked_name, held


class _SecretsManager(Protocol):
    """What is used of `boto3.client("secretsmanager")`."""

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]: ...  # noqa: N803  # the client's own word


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSecrets:
    """PREFIX/<tenant>/<name>, current version; takes a client of boto3 for `secretsmanager`."""

    client: _SecretsManager = field(repr=False)
    prefix: str = "autobiz"

    async def read(self, tenant: UUID, name: str) -> Held:
        path = f"{self.prefix}/{tenant}/{checked_name(name)}"
        # Its client waits for answers, so it does that on a thread.
        return await asyncio.to_thread(self._read, path)

    def _read(self, path: str) -> Held:
        where = f"secrets manager {path}"
        failure, told = "", dict[str, Any]()
        try:
            told = self.client.get_secret_value(SecretId=path)
        except Exception as error:  # noqa: BLE001  # the client makes its classes as it goes: told apart by name
            failure = type(error).__name__
        # Outside of the handler, so that not even the context of our error is theirs.
        if failure == "ResourceNotFoundException":
            raise AbsentError(f"{where}: nothing is kept there")
        if failure:
            raise SourceError(f"{where}: not to be read ({failure})")
        return held(
            told.get("SecretString"),
            where=where,
            version=str(told.get("VersionId", "")),
            since=told.get("CreatedDate"),
        )
