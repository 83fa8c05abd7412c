"""Read the stub mappings shipped with this package, and derive misbehaving ones from them."""

import json
from collections.abc import Mapping
from copy import deepcopy
from enum import StrEnum
from importlib.resources import files
from typing import Any, TypeAlias
from uuid import NAMESPACE_OID, uuid5

from .errors import StubError

Stub: TypeAlias = dict[str, Any]


class Fault(StrEnum):
    """How a provider misbehaves towards one request."""

    ANSWER_LOST = "answer_lost"  # accepted, but the connection dies before the answer
    SERVER_ERROR = "server_error"  # not accepted, and says so with a 500
    DELAY = "delay"  # accepted, answered late


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


def faulty_once(
    stub: Mapping[str, Any], fault: Fault, *, headers: Mapping[str, str], delay_ms: int = 0
) -> Stub:
    """Derive a stub that misbehaves towards the first request with these headers, and then steps aside.

    The headers must name one act (an idempotency key does): one-shot scenarios are exact only while at most
    one request at a time can meet them.
    """
    if not headers:
        raise StubError(
            "a one-shot fault needs headers that single out its requests; give the idempotency key"
        )
    faulty = deepcopy(dict(stub))
    request, metadata = dict(faulty["request"]), dict(faulty["metadata"])
    request["headers"] = {
        **request.get("headers", {}),
        **{name: {"equalTo": value} for name, value in headers.items()},
    }
    metadata["fault"] = fault.value
    match fault:
        case Fault.ANSWER_LOST:
            faulty["response"] = {"fault": "CONNECTION_RESET_BY_PEER"}
        case Fault.SERVER_ERROR:
            faulty["response"] = {"status": 500, "body": '{"error":{"type":"api_error"}}'}
            metadata["effect"] = "reject"
        case Fault.DELAY:
            faulty["response"] = {**faulty["response"], "fixedDelayMilliseconds": delay_ms}
    singled_out = " ".join(f"{name}={value}" for name, value in sorted(headers.items()))
    faulty |= {
        "name": f"{stub['name']}: {fault.value}",
        "priority": 1,
        "request": request,
        "metadata": metadata,
        "scenarioName": f"{stub['name']}: {fault.value}: {singled_out}",
        "requiredScenarioState": "Started",
        "newScenarioState": "over",
    }
    return identified(faulty)


def _shipped_names() -> list[str]:
    folder = files(__package__) / "mappings"
    return sorted(
        entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json")
    )
