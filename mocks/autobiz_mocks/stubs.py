"""Read the stub mappings shipped with this package."""

import json
from collections.abc import Mapping
from copy import deepcopy
from importlib.resources import files
from typing import Any, TypeAlias
from uuid import NAMESPACE_OID, uuid5

from .errors import StubError

Stub: TypeAlias = dict[str, Any]


def shipped_stubs(name: str) -> tuple[Stub, ...]:
    """Return the stubs of one resource: `stripe`, `common`."""
    resource = files(__package__) / "mappings" / f"{name}.json"
    if not resource.is_file():
        raise StubError(f"stubs {name!r}: no such resource; this package ships {', '.join(_shipped_names())}")
    return tuple(identified(stub) for stub in json.loads(resource.read_text(encoding="utf-8"))["mappings"])


def identified(stub: Mapping[str, Any]) -> Stub:
    """Give a stub an id that follows from its content, so that installing it twice is installing it once."""
    bare = {name: value for name, value in stub.items() if name not in ("id", "uuid")}
    return {"id": str(uuid5(NAMESPACE_OID, json.dumps(bare, sort_keys=True))), **deepcopy(bare)}


def _shipped_names() -> list[str]:
    folder = files(__package__) / "mappings"
    return sorted(
        entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json")
    )
