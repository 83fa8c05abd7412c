"""The published JSON Schema of gate files says what the reader does."""

import json
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import GateFileError, gate_file_schema, published_schema_text, read_gate_file
from autobiz_gates.published import SCHEMAS, schema_text, write_schemas


@pytest.mark.parametrize("name", SCHEMAS)
def test_published_schemas_are_those_of_the_code(tmp_path: Path, name: str) -> None:
    """Each shipped file equals what the declarations give; write_schemas renews them."""
    assert published_schema_text(name) == schema_text(name), "run `make schemas`"
    assert json.loads(published_schema_text(name)) == json.loads(json.dumps(SCHEMAS[name]()))
    write_schemas(tmp_path)
    assert (tmp_path / name).read_text(encoding="utf-8") == schema_text(name)


def fits(schema: dict[str, Any] | bool, value: Any) -> bool:
    """Judge a value by the few words of JSON Schema that the file uses."""
    if isinstance(schema, bool):
        return schema
    if "if" in schema:
        rest = {key: part for key, part in schema.items() if key not in ("if", "then", "else")}
        branch = schema["then" if fits(schema["if"], value) else "else"]
        return fits(rest, value) and fits(branch, value)
    kinds = {"object": dict, "array": list, "string": str | date, "integer": int, "number": int | float}
    if "type" in schema and schema["type"] == "boolean":
        return isinstance(value, bool)
    if "type" in schema and (isinstance(value, bool) or not isinstance(value, kinds[schema["type"]])):
        return False
    same = [type(value) is type(option) and value == option for option in schema.get("enum", [])]
    checks = [
        "enum" not in schema or any(same),
        "const" not in schema or value == schema["const"],
        "minimum" not in schema or schema["minimum"] <= value <= schema["maximum"],
        "exclusiveMinimum" not in schema or schema["exclusiveMinimum"] < value,
        "exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"],
        "pattern" not in schema or (isinstance(value, str) and re.search(schema["pattern"], value)),
        schema.get("format") != "date" or (isinstance(value, date) and not isinstance(value, datetime)),
        "oneOf" not in schema or sum(fits(one, value) for one in schema["oneOf"]) == 1,
        "minItems" not in schema or len(value) >= schema["minItems"],
        "items" not in schema or all(fits(schema["items"], item) for item in value),
    ]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        checks += [
            set(schema.get("required", [])) <= set(value),
            len(value) >= schema.get("minProperties", 0),
        ]
        checks += [
            fits(known.get(key, others), item) for key, item in value.items() if key in known or others
        ]
        checks += [key in known or bool(others) for key in value]
        if "propertyNames" in schema:
            checks += [fits(schema["propertyNames"], key) for key in value]
    if "maximum" in schema and "minimum" not in schema:
        checks.append(value <= schema["maximum"])
    return all(checks)


ODD = ["0", "1", "2", "0.5", "0.95", "true", "'x'", "' '", "'P1'", "'a or b'", "[]", "['P0']", "2030-01-01"]
KEYS = ["kind", "floor", "runs", "sided", "confidence", "profile", "priority", "suite", "dry_run", "marks"]
VALUES = st.sampled_from([*ODD, "'strict'", "'p0'", "'p1'", "['a', 'b']", "{}", "[{}]", "-1", "1001", "3"])
WAIVER = "{case = 'a', reason = 'r', expires = 2030-01-01}"
EXTRA = st.sampled_from(
    ["", "baseline = 'x'", "floot = 1", "cases_min = 9", "veto = 'a'", f"waivers = [{WAIVER}]"]
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4), st.booleans(), EXTRA)
def test_reader_and_schema_agree(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, str], good: bool, extra: str
) -> None:
    """What the reader accepts fits the schema, and what it refuses does not."""
    if good:
        table = {"kind": "'p1'", "floor": "0.9"} | {k: v for k, v in table.items() if k != "kind"}
    text = "\n".join(["[gate.g]", *(f"{key} = {value}" for key, value in table.items()), extra])
    path = tmp_path_factory.getbasetemp() / "gate.toml"
    path.write_text(text)
    try:
        read_gate_file(path)
        read = True
    except GateFileError:
        read = False
    assert fits(gate_file_schema(), tomllib.loads(text)) is read


EDGES: list[tuple[dict[str, Any], bool]] = [
    ({"floor": 0.000001}, True),
    ({"floor": 0.999999}, True),
    ({"floor": 0.0}, False),
    ({"floor": -0.5}, False),
    ({"floor": 1.0}, False),
    ({"floor": 1.5}, False),
    ({}, False),
    ({"floor": 0.5, "confidence": 0.5}, False),
    ({"floor": 0.5, "confidence": 0.51}, True),
    ({"floor": 0.5, "confidence": 0.99}, True),
    ({"floor": 0.5, "confidence": 1.0}, False),
    ({"floor": 0.5, "sided": 0}, False),
    ({"floor": 0.5, "sided": 1}, True),
    ({"floor": 0.5, "sided": 3}, False),
    ({"floor": 0.5, "cases_min": 0}, False),
    ({"floor": 0.5, "cases_min": 1}, True),
    ({"floor": 0.5, "cases_min": 1_000_000}, True),
    ({"floor": 0.5, "cases_min": 1_000_001}, False),
    ({"floor": 0.5, "profile": "strict"}, False),
    ({"floor": 0.5, "profile": "strict", "baseline": "b"}, True),
    ({"floor": 0.5, "baseline": "b"}, False),
    ({"floor": 0.5, "profile": "literal", "baseline": "b"}, False),
    ({"floor": 0.5, "profile": "loose"}, False),
]


@pytest.mark.parametrize(("keys", "is_good"), EDGES)
def test_at_every_edge_of_p1_the_schema_is_the_reader(
    tmp_path: Path, keys: dict[str, Any], is_good: bool
) -> None:
    """An editor that checks while one writes refuses exactly what `gate` refuses."""
    lines = [f"{key} = {value!r}" for key, value in keys.items()]
    (tmp_path / "gate.toml").write_text("\n".join(["[gate.g]", 'kind = "p1"', *lines]))
    valid = fits(gate_file_schema(), {"gate": {"g": {"kind": "p1", **keys}}})
    try:
        read_gate_file(tmp_path / "gate.toml")
        is_read = True
    except GateFileError:
        is_read = False

    assert (is_read, valid) == (is_good, is_good)
