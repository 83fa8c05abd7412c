"""The page of what can be watched lists the metrics that exist, whoever made them, and no others."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from autobiz_kernel import SystemClock
from autobiz_oracles import expect

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("INV-04")]

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "kernel"
_ROW = re.compile(
    r"^\| `(?P<name>\w+)` \| (?P<kind>counter|gauge|histogram) \|(?P<labels>[^|]*)\|", re.MULTILINE
)


def sets_of_metrics() -> Iterator[type]:
    """Every class of the kernel whose module imports the client library and that takes a registry."""
    for path in sorted(KERNEL.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        if "prometheus_client" not in modules:
            continue
        module = importlib.import_module(".".join(path.relative_to(KERNEL).with_suffix("").parts))
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == module.__name__ and "registry" in inspect.signature(found).parameters:
                yield found


def metrics_of(found: type) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The name, kind and labels of each metric of a set."""
    registry = CollectorRegistry()
    made: Any = found
    made(SystemClock(), registry) if "clock" in inspect.signature(found).parameters else made(registry)
    collectors: dict[str, Any] = registry._names_to_collectors
    for metric in registry.collect():
        labels = getattr(metric, "_labelnames", None)
        labels = collectors[metric.name]._labelnames if labels is None else labels
        yield metric.name + "_total" * (metric.type == "counter"), metric.type, tuple(labels)


def test_the_page_lists_what_exists() -> None:
    """Each metric of each set has its row with its kind and its labels, once, and no row is of none."""
    page = (ROOT / "docs" / "reference" / "watching.md").read_text(encoding="utf-8")
    told = [
        (row["name"], row["kind"], tuple(filter(None, map(str.strip, row["labels"].split(",")))))
        for row in _ROW.finditer(page)
    ]
    sets = list(sets_of_metrics())
    expect.value(sorted(told)).equals(sorted(each for found in sets for each in metrics_of(found)))
    expect.complaints([each.__name__ for each in sets if f"`{each.__name__}" not in page], about=sets).none()
