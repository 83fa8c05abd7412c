"""What a project says of itself in [tool.autobiz], as far as every start of pytest needs it."""

from typing import Any, NamedTuple

import pytest

from .marks import SUITES

_TABLE = "[tool.autobiz"


class Adoption(NamedTuple):
    """Whether the project means our marks by their names, and where oracles must judge."""

    adopted: bool = False
    oracles_required: tuple[str, ...] = ()
    guard: Any = None


def adoption_of(config: pytest.Config) -> Adoption:
    """Read it; a project without the table is somebody else's, and its marks may be, too."""
    path = config.rootpath / "pyproject.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return Adoption()
    if _TABLE not in text:
        return Adoption()
    # Only who has adopted us pays for reading TOML.
    import tomllib

    try:
        table = tomllib.loads(text)["tool"]["autobiz"]
        required = table.get("oracles_required", [])
    except (tomllib.TOMLDecodeError, KeyError, AttributeError):
        return Adoption()
    if not isinstance(required, list) or not set(SUITES).issuperset(map(str, required)):
        words = f"[tool.autobiz] oracles_required must be a list of suites: {', '.join(SUITES)}"
        raise pytest.UsageError(f"{path.name}: {words}")
    return Adoption(adopted=True, oracles_required=tuple(required), guard=table.get("guard"))
