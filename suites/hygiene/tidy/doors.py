"""Rules about imports: from another component through its front door, from siblings directly."""

import ast
from collections.abc import Iterator

from .source import COMPONENTS, Complaint, Source

_PACKAGES = tuple(f"autobiz_{name}" for name in COMPONENTS)

# What a component offers others: its own front door, and the rooms that have one of their own.
DOORS = frozenset(
    {
        *_PACKAGES,
        "autobiz_gates.evidence",
        "autobiz_gates.flakes",
        "autobiz_gates.statistics",
        "autobiz_gates.trace",
        "autobiz_harness.adapters",
        "autobiz_harness.guards",
        "autobiz_harness.stack",
        "autobiz_kernel.approvals",
        "autobiz_kernel.breaker",
        "autobiz_kernel.business",
        "autobiz_kernel.chains",
        "autobiz_kernel.credentials",
        "autobiz_kernel.expressions",
        "autobiz_kernel.graphs",
        "autobiz_kernel.models",
        "autobiz_kernel.money",
        "autobiz_kernel.providers",
        "autobiz_kernel.transport",
        "autobiz_kernel.webhooks",
        "autobiz_kernel.workflow",
        "autobiz_mocks.cassettes",
        "autobiz_mocks.deliveries",
        "autobiz_mocks.faults",
        "autobiz_mocks.truth",
    }
)

# Tests of one piece may look inside it; tests of the whole use what a customer can use.
_MAY_LOOK_INSIDE = ("hygiene", "unit", "integration_internal")


def front_door(source: Source) -> Iterator[Complaint]:
    """Other components are imported through their front doors alone."""
    if source.is_suite and (len(source.path.parts) < 3 or source.path.parts[1] in _MAY_LOOK_INSIDE):
        return
    own = source.package[:1]
    for line, module in _absolute_imports(source):
        top = module.partition(".")[0]
        if top in _PACKAGES and (top,) != own and module not in DOORS:
            words = f"imports {module} past its front door; import from {_nearest_door(module)}"
            yield Complaint(path=source.path, line=line, words=words)


def siblings(source: Source) -> Iterator[Complaint]:
    """Inside a package siblings are imported relatively, and its own front door never."""
    if not source.is_component:
        return
    package = source.package
    own_doors = {".".join(package[:length]) for length in range(1, len(package) + 1)}
    for line, module in _absolute_imports(source):
        if module in own_doors:
            words = f"imports {module}, its own front door; import from the sibling that defines the name"
            yield Complaint(path=source.path, line=line, words=words)
        elif module.rpartition(".")[0] == ".".join(package):
            words = f"imports {module} absolutely; write a relative import of the sibling"
            yield Complaint(path=source.path, line=line, words=words)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.level and node.module is None:
            names = ", ".join(alias.name for alias in node.names)
            door = "." * node.level
            words = f"imports {names} through its own front door; write `from {door}sibling import name`"
            yield Complaint(path=source.path, line=node.lineno, words=words)


def _absolute_imports(source: Source) -> Iterator[tuple[int, str]]:
    """Each imported module with its line, once; a submodule imported by `from` is told as that submodule."""
    return iter(dict.fromkeys(_imports(source)))


def _imports(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                door = f"{node.module}.{alias.name}"
                yield node.lineno, door if door in DOORS else node.module


def _nearest_door(module: str) -> str:
    while module not in DOORS:
        module = module.rpartition(".")[0]
    return module
