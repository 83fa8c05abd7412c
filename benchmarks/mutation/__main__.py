"""Change the decision path, or the oracles, in every way that cosmic-ray knows: do the unit tests notice?

    python -m benchmarks.mutation --tools DIR --results FILE [--of gates|oracles] [MODULE ...]

Each change is tried in a forked child of one warm process, so nothing is written into the tree. Its answer
is appended to the results: what is there already is not tried again.
"""

import argparse
import gc
import importlib
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .equivalents import equivalent
from .modules import COMPONENTS, ROOT, Component
from .replaced import Replaced
from .swapped import is_shape, swap, swappable

# In seconds of the processor, so that neither others at work nor a pause make a try count as endless.
LIMIT_S = 30
WAIT_S_MAX = 1800
NOT_IMPORTED = 99
# Whether two equal constants are also one object is the interpreter's business and decides nothing.
_IDENTITY = ("_Is", "_IsNot", "_Is_Eq", "_IsNot_NotEq")
# The project's own settings are for all its plugins; the children load none.
OPTIONS = (
    *("-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib", "--noconftest"),
    *("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-W", "ignore"),
)


def changes(path: Path) -> Iterator[tuple[str, int, int, str]]:
    """Every change of a module: which operator, its how-manieth place, the line, and the changed source."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    source = path.read_text(encoding="utf-8")
    tree = get_ast(source)
    for name in operator_names():
        kind = get_operator(name)
        if name == "core/NoOp" or kind.arguments() or name.endswith(_IDENTITY):
            continue
        places = [start[0] for node in ast_nodes(tree) for start, _ in kind().mutation_positions(node)]
        for occurrence, line in enumerate(places):
            try:
                changed = mutate_code(source, kind(), occurrence)
            except AttributeError:
                # cosmic-ray cannot replace an exception that is named with a dot.
                continue
            if changed is not None and changed != source:
                yield name.removeprefix("core/"), occurrence, line, changed


def notice(component: Component, module: str, source: str, *, whole: bool, limit_s: int = LIMIT_S) -> str:
    """Return how the tests took the changed source: killed, survived, timeout, or not imported."""
    child = os.fork()
    if not child:
        signal.setitimer(signal.ITIMER_PROF, limit_s)
        signal.alarm(WAIT_S_MAX)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        code = 1
        try:
            code = in_child(component, module, source, whole=whole)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "timeout" if os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGPROF) else "killed"
    return {0: "survived", NOT_IMPORTED: "not imported"}.get(os.WEXITSTATUS(status), "killed")


def in_child(component: Component, module: str, source: str, *, whole: bool) -> int:
    import pytest

    name = component.name_of(module)
    try:
        if whole:
            for loaded in [
                loaded for loaded in sys.modules if loaded.startswith((component.package, "suites"))
            ]:
                del sys.modules[loaded]
            sys.meta_path.insert(0, Replaced(name, source))
            importlib.import_module(name)
        else:
            swap(name, source)
    except Exception:  # noqa: BLE001  whatever keeps it from being imported, no test is needed to see it
        return NOT_IMPORTED
    return int(pytest.main([*OPTIONS, *component.asked_of(module)]))


def warm(component: Component) -> None:
    """Load once what every child needs: the tests, and through them the package."""
    import hypothesis
    import pytest

    hypothesis.settings.register_profile(
        "changes", deadline=None, database=None, derandomize=True, max_examples=15
    )
    hypothesis.settings.load_profile("changes")
    if pytest.main([*OPTIONS, "-q", "--collect-only", "--no-summary", *component.all_tests]):
        raise SystemExit("the tests cannot be collected")
    for module in component.tests:
        importlib.import_module(component.name_of(module))


def known(results: Path) -> dict[tuple[str, str, int], dict[str, Any]]:
    if not results.exists():
        return {}
    rows = [
        json.loads(line) for line in results.read_text(encoding="utf-8").splitlines() if line.endswith("}")
    ]
    return {(row["module"], row["operator"], row["occurrence"]): row for row in rows}


def report(component: Component, rows: list[dict[str, Any]]) -> None:
    print("| module | changes | killed | survived | score |")
    print("|---|---|---|---|---|")
    total: Counter[str] = Counter()
    for module in component.tests:
        outcomes = Counter(row["outcome"] for row in rows if row["module"] == module)
        total.update(outcomes)
        print(_line(f"`{module}`", outcomes))
    print(_line("all", total))
    print(f"\nand {total['not imported']} that cannot be imported, which no test is needed to see")
    print(f"and {total['equivalent']} that decide the same, each for a reason in equivalents.py")


def _line(name: str, outcomes: Counter[str]) -> str:
    killed = outcomes["killed"] + outcomes["timeout"]
    counted = killed + outcomes["survived"]
    return f"| {name} | {counted} | {killed} | {outcomes['survived']} | {killed / max(1, counted):.1%} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tools", type=Path, help="Where `pip install --target` put cosmic-ray.")
    parser.add_argument("--results", type=Path, required=True, help="A file of JSON lines, added to.")
    parser.add_argument("--every", type=int, default=1, help="Try each so-manieth change only.")
    parser.add_argument("--survivors", action="store_true", help="Try again what survived before.")
    parser.add_argument(
        "--of", choices=COMPONENTS, default="gates", help="Which component is changed (gates)."
    )
    parser.add_argument(
        "--limit", type=int, default=LIMIT_S, help="Seconds of work after which a try counts as endless."
    )
    parser.add_argument("modules", nargs="*", help="Which modules of it; all that are listed if none.")
    asked = parser.parse_args()
    if asked.tools:
        sys.path.append(str(asked.tools))
    os.chdir(ROOT)
    # Looking for plugins takes a fresh pytest longer than most tests do, and none is needed.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    component = COMPONENTS[asked.of]
    warm(component)
    gc.disable()
    gc.freeze()
    rows = known(asked.results)
    for module in asked.modules or component.tests:
        path = component.path_of(module)
        if notice(component, module, path.read_text(encoding="utf-8"), whole=True) != "survived":
            raise SystemExit(f"{module}: its tests fail as it is, so they would notice anything")
        for number, (operator, occurrence, line, source) in enumerate(changes(path)):
            before = rows.get((module, operator, occurrence))
            again = asked.survivors and before is not None and before["outcome"] == "survived"
            if not again and (before is not None or number % asked.every):
                continue
            if is_shape(path.read_text(encoding="utf-8"), line):
                continue
            if equivalent(module, path.read_text(encoding="utf-8").splitlines()[line - 1], operator):
                rows[module, operator, occurrence] = {"module": module, "outcome": "equivalent"}
                continue
            is_seen = module not in component.at_import and swappable(path.read_text(encoding="utf-8"), line)
            outcome = notice(component, module, source, whole=not is_seen, limit_s=asked.limit)
            row = {"module": module, "operator": operator, "occurrence": occurrence, "line": line}
            row["outcome"] = outcome
            rows[module, operator, occurrence] = row
            with asked.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
    report(component, list(rows.values()))
    for row in rows.values():
        if row["outcome"] == "survived":
            place = f"{component.path_of(row['module']).relative_to(ROOT)}:{row['line']}"
            print(f"survived: {place} {row['operator']} {row['occurrence']}")


if __name__ == "__main__":
    main()
