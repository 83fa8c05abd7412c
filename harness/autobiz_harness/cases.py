"""What the marks of a test tell about its case."""

from collections.abc import Iterable

import pytest

from autobiz_gates import PRIORITIES, Case

from .marks import SUITES

_SUITES = frozenset(SUITES)
# As Python prints an object that nobody taught to say more.
_ADDRESS = " object at 0x"


def case_of_item(item: pytest.Item, name: str, suite_of_folder: str | None) -> Case:
    """What the marks of a test tell, read in one pass: this is paid for every test of every project."""
    suite = priority = workflow = None
    requirements: dict[str, None] = {}
    tests: dict[str, None] = {}
    names = set()
    for mark in item.iter_markers():
        mark_name = mark.name
        names.add(mark_name)
        if mark_name in _SUITES:
            suite = suite or mark_name
        elif mark_name == "priority":
            priority = priority or _priority(mark)
        elif mark_name == "requirement":
            requirements.update(dict.fromkeys(_texts(mark)))
        elif mark_name == "test_id":
            tests.update(dict.fromkeys(_texts(mark)))
        elif mark_name == "workflow":
            workflow = workflow or next(iter(_texts(mark)), None)
    return Case(
        case=name,
        suite=suite or suite_of_folder,
        priority=priority,
        requirements=tuple(requirements),
        tests=tuple(tests),
        workflow=workflow,
        marks=tuple(sorted(names)),
    )


def _texts(mark: pytest.Mark) -> list[str]:
    return [argument for argument in mark.args if isinstance(argument, str)]


def _priority(mark: pytest.Mark) -> str | None:
    """The priority a mark names; another project's mark of that name, with other values, is not ours."""
    return mark.args[0] if mark.args and mark.args[0] in PRIORITIES else None


def mark_problems(items: Iterable[pytest.Item]) -> list[str]:
    """What is wrong with our marks, for projects that have adopted them; all of it at once."""
    problems = []
    for item in items:
        if _ADDRESS in item.nodeid:
            problems.append(f"{item.nodeid}: names an address, another in every process; give it ids=")
        mark = item.get_closest_marker("priority")
        if mark is not None and _priority(mark) is None:
            given = ", ".join(map(repr, mark.args)) or "nothing"
            problems.append(f'{item.nodeid}: priority({given}): name "P0", "P1" or "P2"')
        for name in ("requirement", "test_id", "workflow", "risk"):
            problems += [
                f"{item.nodeid}: {name}({', '.join(map(repr, mark.args))}): give its names as strings"
                for mark in item.iter_markers(name)
                if not mark.args or not all(isinstance(argument, str) for argument in mark.args)
            ]
    return problems
