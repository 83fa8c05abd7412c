"""Names that a shell may complete, read without the checks and the imports that deciding needs."""

from pathlib import Path
from typing import Any

import click

from autobiz_gates import GateFileError, read_toml


def gate_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The gates of kind approval that the files found here declare."""
    options = _ctx.params
    chosen = [options[name] for name in ("gate_file", "criteria") if options.get(name) is not None]
    files = [Path(one) for one in chosen] or [
        Path("gates/gate.toml"),
        Path("gate.toml"),
        *Path("gates/criteria").glob("*.toml"),
    ]
    tables = [_tables(_read(path), "gate") for path in files]
    tables.append(_tables(_read(Path("pyproject.toml")), "tool", "autobiz", "gate"))
    return sorted(
        name
        for table in tables
        for name, gate in table.items()
        if isinstance(gate, dict) and gate.get("kind") == "approval" and name.startswith(incomplete)
    )


def stage_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The stages of this project, as pyproject.toml or the folders below suites/ have them."""
    stages = _tables(_read(Path("pyproject.toml")), "tool", "autobiz").get("stage", [])
    names = [one.get("name") for one in stages if isinstance(one, dict)] if isinstance(stages, list) else []
    found = names or [path.name for path in sorted(Path("suites").glob("*/"))]
    return [name for name in found if isinstance(name, str) and name.startswith(incomplete)]


def slice_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The slices that pyproject.toml defines."""
    slices = _tables(_read(Path("pyproject.toml")), "tool", "autobiz", "slice")
    return [name for name in slices if name.startswith(incomplete)]


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_toml(path).table
    except GateFileError:
        return {}


def _tables(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        inner = table.get(key, {})
        table = inner if isinstance(inner, dict) else {}
    return table
