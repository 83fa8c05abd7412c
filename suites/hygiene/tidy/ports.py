"""Rules about the outside world: time, chance and the terminal are reached through their ports alone."""

import ast
from collections.abc import Iterator

from .source import Complaint, Source

# The only modules that may ask the machine for the time, and what they may ask for.
CLOCKS = {
    "kernel/autobiz_kernel/clock.py": ("datetime.datetime.now", "time.monotonic"),
    "harness/autobiz_harness/clock.py": ("datetime.datetime.now", "time.monotonic"),
    "suites/waiting.py": ("time.monotonic", "time.sleep"),
    "benchmarks/allure_gate/allure_gate.py": ("time.perf_counter",),
    "benchmarks/evidence/chain.py": ("time.perf_counter",),
    "benchmarks/guards/guards.py": ("time.process_time",),
    "benchmarks/kernel/stopwatch.py": ("time.perf_counter", "time.process_time"),
    "benchmarks/fuzz/__main__.py": ("time.process_time",),
    "benchmarks/expect/expecting.py": ("time.perf_counter",),
    "benchmarks/kernel/canonical/canonical_form.py": ("time.perf_counter",),
    "benchmarks/kernel/chain/verifying.py": ("time.perf_counter",),
    "benchmarks/kernel/redaction/__main__.py": ("time.process_time",),
    "benchmarks/overhead/overhead.py": ("time.perf_counter",),
    "benchmarks/start_up/start_up.py": ("time.perf_counter",),
}

_CLOCK = "ask the component's clock module, or be given the time"
_WAIT = "wait for the event itself with suites/waiting.py"
_CHANCE = "draw from random.Random(seed), with the seed of the trial"
REPLACEMENTS = {
    "time.time": _CLOCK,
    "time.time_ns": _CLOCK,
    "time.monotonic": _CLOCK,
    "time.monotonic_ns": _CLOCK,
    "time.perf_counter": _CLOCK,
    "time.perf_counter_ns": _CLOCK,
    "datetime.datetime.now": _CLOCK,
    "datetime.datetime.utcnow": _CLOCK,
    "datetime.datetime.today": _CLOCK,
    "datetime.date.today": _CLOCK,
}


def ports(source: Source) -> Iterator[Complaint]:
    """Time and chance come from ports: the tables above name every exception."""
    allowed = CLOCKS.get(str(source.path), ())
    for line, name, node in _uses(source.tree):
        if name in allowed:
            continue
        instead = _replacement(source, name, node)
        if instead is not None:
            yield Complaint(path=source.path, line=line, words=f"uses {name}; {instead}")


def no_print(source: Source) -> Iterator[Complaint]:
    """Nobody prints but scripts: libraries return values, the command line uses click, tests assert."""
    if source.is_script:
        return
    excused = {line for line, comment in source.comments if "noqa: T201" in comment}
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Name(id="print")) if node.lineno not in excused:
                words = "prints; return the words, or say them with click.echo in the command line"
                yield Complaint(path=source.path, line=node.lineno, words=words)


def _replacement(source: Source, name: str, node: ast.AST) -> str | None:
    if name in REPLACEMENTS:
        return REPLACEMENTS[name]
    if name == "time.sleep":
        return _WAIT if source.is_suite else "wait for the event, or hand the pause to a port"
    if name == "asyncio.sleep" and source.is_suite:
        return None if _is_sleep_of_nothing(node) else _WAIT
    if name == "random.Random":
        return _CHANCE if isinstance(node, ast.Call) and not (node.args or node.keywords) else None
    return _CHANCE if name.startswith("random.") else None


def _is_sleep_of_nothing(node: ast.AST) -> bool:
    """`asyncio.sleep(0)` lets others run and waits for nothing."""
    match node:
        case ast.Call(args=[ast.Constant(value=0)]):
            return True
    return False


def _uses(tree: ast.Module) -> Iterator[tuple[int, str, ast.AST]]:
    """Every outermost dotted name with the modules behind its aliases; a call is told as the call."""
    origins = _origins(tree)
    called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = _dotted(node, origins)
            if name is not None:
                yield node.lineno, name, called.get(id(node), node)


def _origins(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                found[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _dotted(node: ast.AST, origins: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return origins.get(node.id)
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value, origins)
        return None if base is None else f"{base}.{node.attr}"
    return None
