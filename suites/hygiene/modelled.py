"""The page of what the stand-ins model, assert and do not model, written from its table."""

import tomllib
from pathlib import Path
from typing import Any

from autobiz_mocks.faults import catalogue

from .strategy import filled

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "mocks" / "autobiz_mocks" / "modelled.toml"
PAGE = ROOT / "docs" / "reference" / "stand-ins.md"
BEGIN = "<!-- from the tables in mocks: make modelled -->\n"


def table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def sections() -> str:
    """One section for each provider, and the catalogue of faults."""
    parts = [_provider(name, told) for name, told in table().items()]
    rows = [
        f"| {' | '.join(map(str, (each.number, each.name, each.providers, each.recipe)))} "
        f"| {each.reaction} | {each.invariant} |"
        for each in catalogue()
    ]
    head = ["| | fault | at | how | leaves | and holds |", "|---|---|---|---|---|---|"]
    return "\n".join([*parts, "## The catalogue of faults", "", *head, *rows, ""])


def written(page: str) -> str:
    """The page with its sections anew."""
    return filled(page, BEGIN, sections(), name=PAGE.name)


def write() -> None:
    """Write the page's sections anew."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _provider(name: str, told: dict[str, Any]) -> str:
    asserted = ", ".join(f"`{rule}`" for rule in told["asserted"]) or "nothing: asking changes nothing"
    lines = [f"## {name}", "", f"Operations: {', '.join(told['operations'])}.", "", "Modelled:"]
    lines += [f"- {each}" for each in told["modelled"]]
    lines += ["", f"Asserted by the fold: {asserted}.", "", "Not modelled:"]
    lines += [f"- {each}" for each in told["not_modelled"]]
    return "\n".join([*lines, ""])
