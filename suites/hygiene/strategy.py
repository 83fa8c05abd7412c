"""The tables of the oracle strategy page, written from the registry: promise, oracle, tests."""

from pathlib import Path

from autobiz_gates.trace import Registry, read_registry

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "oracle-strategy.md"
BEGIN, END = "<!-- from suites/registry.toml: make strategy -->\n", "<!-- end -->\n"


def tables(registry: Registry) -> str:
    """Which oracles judge each promise, and which promises each oracle judges."""
    oracles_of = {test.name: test.oracles for test in registry.tests}
    promises: list[list[str]] = [["promise", "oracles", "tests", "says"]]
    judged: dict[str, list[str]] = {kind: [] for kind in registry.oracle_types}
    for one in registry.requirements:
        kinds = sorted({kind for test in one.tests for kind in oracles_of.get(test, ())})
        promises.append([one.name, ", ".join(kinds) or "-", ", ".join(one.tests) or "-", _cell(one.says)])
    for test in registry.tests:
        for kind in test.oracles:
            judged[kind].append(test.name)
    types = [["oracle", "tests"], *([kind, ", ".join(tests) or "-"] for kind, tests in judged.items())]
    return f"### By promise\n{_table(promises)}\n### By oracle\n{_table(types)}"


def written(page: str) -> str:
    """The page with its tables anew."""
    return filled(page, BEGIN, tables(read_registry(ROOT / "suites" / "registry.toml")), name=PAGE.name)


def filled(page: str, begin: str, text: str, *, name: str) -> str:
    """A page with what stands between two marks anew; one without the marks raises."""
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"{name}: the tables stand between {begin.strip()} and {END.strip()}")
    return f"{before}{begin}{text}{END}{after}"


def write() -> None:
    """Write the page's tables anew."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
