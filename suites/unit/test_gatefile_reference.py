"""The reference of the gate file says what the published schema says."""

import re
from pathlib import Path
from typing import Any

import pytest

from autobiz_gates import criteria_file_schema, gate_file_schema, read_gate_file

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "gate-file.md"
KINDS: list[dict[str, Any]] = gate_file_schema()["properties"]["gate"]["additionalProperties"]["oneOf"]


def rows(kind: dict[str, Any]) -> list[str]:
    """A row a key, as the reference must have it."""
    return [
        f"| `{name}` | {shape(key)} | {'yes' if name in kind['required'] else ''} | {key['description']} |"
        for name, key in kind["properties"].items()
        if name != "kind"
    ]


def shape(key: dict[str, Any]) -> str:
    if "oneOf" in key:
        return f"{shape(key['oneOf'][0])}, or a list"
    if "enum" in key:
        return ", ".join(f"`{value}`" for value in key["enum"])
    if key["type"] in ("integer", "number"):
        whole = "whole number" if key["type"] == "integer" else "number"
        if "exclusiveMinimum" in key:
            upper = (
                f"below {key['exclusiveMaximum']:g}"
                if "exclusiveMaximum" in key
                else f"up to {key['maximum']:g}"
            )
            return f"{whole}, above {key['exclusiveMinimum']:g} and {upper}"
        return f"{whole}, {key['minimum']} to {key['maximum']}" if "minimum" in key else whole
    if key["type"] == "array" and key["items"]["type"] == "string":
        return "list of texts"
    return {"string": "text", "boolean": "true or false", "array": "list of tables"}[key["type"]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind["title"]))
def test_the_reference_lists_exactly_the_keys_of_each_kind(kind: dict[str, Any]) -> None:
    """Every key of the schema has its row, with its values and meaning, and no row is left over."""
    section = REFERENCE.read_text().partition(f"## {kind['title'].capitalize()}\n")[2].partition("\n## ")[0]

    assert kind["description"] in section
    assert [line for line in section.splitlines() if line.startswith("| `")] == rows(kind)


def test_the_reference_lists_exactly_the_keys_of_a_criterion() -> None:
    """Criteria have the same kind of table, and it says what their schema says."""
    section = REFERENCE.read_text().partition("## Criteria files\n")[2]
    criterion = criteria_file_schema()["properties"]["criterion"]["additionalProperties"]

    assert [line for line in section.splitlines() if line.startswith("| `")] == rows(criterion)


def test_the_example_of_the_reference_is_a_gate_file(tmp_path: Path) -> None:
    """What the reference shows can be copied and read."""
    example = re.findall(r"```toml\n(.*?)```", REFERENCE.read_text(), re.DOTALL)[0]
    path = tmp_path / "gate.toml"
    path.write_text(example)

    assert [gate.kind for gate in read_gate_file(path).gates] == [
        "p0",
        "p1",
        "count",
        "regression",
        "coverage",
        "metric",
        "ratchet",
        "command",
        "artifact",
        "approval",
        "soak",
    ]
