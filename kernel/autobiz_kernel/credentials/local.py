"""Secrets of this machine: variables of the environment, or files that an orchestrator mounts."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from .source import AbsentError, Held, SourceError, checked_name, held

PREFIX = "AUTOBIZ_SECRET"
BYTES_MAX = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSecrets:
    """AUTOBIZ_SECRET_<tenant in hex>_<NAME> in a mapping such as `os.environ`, read at each look."""

    environment: Mapping[str, str] = field(repr=False)

    async def read(self, tenant: UUID, name: str) -> Held:
        variable = f"{PREFIX}_{tenant.hex}_{checked_name(name)}".upper()
        value = self.environment.get(variable)
        if value is None:
            raise AbsentError(f"credential {name!r}: no variable {variable}")
        return held(value, where=f"variable {variable}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSecrets:
    """ROOT/<tenant>/<name>; replacing a file rotates it, and a link must not lead out of its tenant's folder.

    One line break at the end is not part of a secret, since most editors leave one.
    """

    root: Path

    async def read(self, tenant: UUID, name: str) -> Held:
        # Files of a few bytes, from memory as a rule: no thread is worth it.
        folder = self.root.resolve() / str(tenant)
        path = (folder / checked_name(name)).resolve()
        where = f"credential {name!r}"
        if not path.is_relative_to(folder):
            raise SourceError(f"{where}: its file leads out of its tenant's folder")
        try:
            with path.open("rb") as file:
                about = os.fstat(file.fileno())
                text = file.read(BYTES_MAX).decode(errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            raise AbsentError(f"{where}: no file for tenant {tenant}") from None
        except OSError as error:
            raise SourceError(f"{where}: its file cannot be read ({type(error).__name__})") from None
        if "\ufffd" in text or len(text) == BYTES_MAX:
            raise SourceError(f"{where}: its file is no text in UTF-8 of less than {BYTES_MAX} bytes")
        if about.st_mode & stat.S_IRWXO:
            raise SourceError(f"{where}: everybody may read its file; chmod o-rwx")
        since = datetime.fromtimestamp(about.st_mtime, UTC)
        return held(text.removesuffix("\n"), where=where, version=str(about.st_mtime_ns), since=since)
