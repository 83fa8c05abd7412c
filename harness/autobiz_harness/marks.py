"""The marks people put on tests, and what they tell about a case."""

import itertools
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

SUITES = ("hygiene", "unit", "integration_internal", "integration_external", "golden", "soak")
PRIORITIES = ("P0", "P1", "P2")

MARKERS = (
    "hygiene: a guard on the tests themselves; nothing else runs when it fails",
    "unit: one piece alone, no service",
    "integration_internal: our pieces together, on real services of our own",
    "integration_external: against stand-ins of other people's services",
    "golden: a seeded family, tried three times and gated on its lower bound",
    "soak: days of traffic, in virtual or real time",
    'priority(level): "P0", "P1" or "P2"',
    "requirement(*ids): the requirements this test proves",
    "test_id(*ids): the identifiers this test has in the specification",
    "workflow(name): the workflow this test exercises",
    "risk(*ids): the risks this test covers",
    "negative: the test shows that something is refused",
)


def suite_from_path(parts: Sequence[str]) -> str | None:
    """The suite that a path below `suites/` names, if any."""
    for folder, name in itertools.pairwise(parts):
        if folder == "suites" and name in SUITES:
            return name
    return None


def suite_of(item: "pytest.Item", root: PurePath) -> str | None:
    """The suite of a test: its own mark first, else its folder below `suites/`."""
    for mark in item.iter_markers():
        if mark.name in SUITES:
            return mark.name
    return suite_of_path(item.path, root)


def suite_of_path(path: PurePath, root: PurePath) -> str | None:
    """The suite of a file, read from where it lies below the project's root."""
    try:
        return suite_from_path(path.relative_to(root).parts[:-1])
    except ValueError:
        return None


def texts(item: "pytest.Item", name: str) -> tuple[str, ...]:
    """All string arguments of a mark, nearest first, each once."""
    found: dict[str, None] = {}
    for mark in item.iter_markers(name):
        found.update(dict.fromkeys(argument for argument in mark.args if isinstance(argument, str)))
    return tuple(found)


def priority_of(item: "pytest.Item") -> str | None:
    """The priority the nearest mark names; a mark of that name with other values is not ours."""
    mark = item.get_closest_marker("priority")
    if mark is None or not mark.args or mark.args[0] not in PRIORITIES:
        return None
    return str(mark.args[0])


def mark_problems(items: Iterable["pytest.Item"]) -> list[str]:
    """What is wrong with our marks, for projects that have adopted them; all of it at once."""
    problems = []
    for item in items:
        mark = item.get_closest_marker("priority")
        if mark is not None and priority_of(item) is None:
            given = ", ".join(map(repr, mark.args)) or "nothing"
            problems.append(f'{item.nodeid}: priority({given}): name "P0", "P1" or "P2"')
        for name in ("requirement", "test_id", "workflow", "risk"):
            problems += [
                f"{item.nodeid}: {name}({', '.join(map(repr, mark.args))}): give its names as strings"
                for mark in item.iter_markers(name)
                if not mark.args or not all(isinstance(argument, str) for argument in mark.args)
            ]
    return problems
