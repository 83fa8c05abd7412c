"""What a project says of itself in [tool.autobiz], as far as every start of pytest needs it."""

import tomllib
from dataclasses import dataclass
from typing import Any

import pytest

from .marks import SUITES


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """Whether the project means our marks by their names, and where oracles must judge."""

    adopted: bool = False
    oracles_required: tuple[str, ...] = ()
    guard: Any = None


def adoption_of(config: pytest.Config) -> Adoption:
    """Read it; a project without the table is somebody else's, and its marks may be, too."""
    path = config.rootpath / "pyproject.toml"
    try:
        text = path.read_text(encoding="utf-8")
        if "[tool.autobiz" not in text:
            return Adoption()
        table = tomllib.loads(text)["tool"]["autobiz"]
        required = table.get("oracles_required", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Adoption()
    if not isinstance(required, list) or not set(SUITES).issuperset(map(str, required)):
        known = ", ".join(SUITES)
        words = f"[tool.autobiz] oracles_required must be a list of suites: {known}"
        raise pytest.UsageError(f"{path.name}: {words}")
    return Adoption(adopted=True, oracles_required=tuple(required), guard=table.get("guard"))
