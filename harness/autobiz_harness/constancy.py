"""Find tests whose oracles can only have seen what the test itself wrote down: they never meet a subject.

Whether a value was observed cannot be told from the value. It can be told from the source: a test that reads
no fixture, and that uses no name but literals, oracles and their plain values, has nothing to observe with.
"""

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import ModuleType

# What makes values of literals, and brings nothing from anywhere.
_MAKERS = frozenset(
    {"autobiz_oracles", "collections", "datetime", "decimal", "enum", "math", "pytest", "threading", "typing"}
)
_WAYS_OUT = frozenset({"__import__", "eval", "exec", "globals", "input", "open"})


def sees_constants_only(test: Callable[..., object], literal_arguments: frozenset[str]) -> bool:
    """Whether nothing that a test uses can have come from a subject; where the source is lost, it can."""
    module = inspect.getmodule(test)
    try:
        source = textwrap.dedent(inspect.getsource(test))
        names = _names_of(module) if module is not None else None
        node = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError):
        return False
    return names is not None and names.are_constant(node, literal_arguments)


@lru_cache(maxsize=8)
def _names_of(module: ModuleType) -> "_Names":
    return _Names(ast.parse(inspect.getsource(module)))


class _Names:
    """What the names at the top of a module stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self._imported: dict[str, str] = {}
        self._defined: dict[str, list[ast.AST]] = {}
        for node in tree.body:
            for name, origin in _imports(node):
                self._imported[name] = origin
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self._defined.setdefault(node.name, []).append(node)
            else:
                for name in _stored(node):
                    self._defined.setdefault(name, []).append(node)

    def are_constant(self, node: ast.AST, known: frozenset[str], seen: frozenset[str] = frozenset()) -> bool:
        """Whether all that a piece of source uses was written down in it, or beside it."""
        inside = dict(pair for part in ast.walk(node) for pair in _imports(part))
        if not _MAKERS.issuperset(origin.partition(".")[0] for origin in inside.values()):
            return False
        own = known | inside.keys() | (_stored(node) - _arguments(node))
        return all(self._is_constant(name, seen) for name in _loaded(node) - own)

    def _is_constant(self, name: str, seen: frozenset[str]) -> bool:
        if name in seen:
            return True
        if name in self._imported:
            return self._imported[name].partition(".")[0] in _MAKERS
        if name in self._defined:
            around = seen | {name}
            return all(self.are_constant(one, _given_constants(one), around) for one in self._defined[name])
        return hasattr(builtins, name) and name not in _WAYS_OUT


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        yield from ((one.asname or one.name.partition(".")[0], one.name) for one in node.names)
    elif isinstance(node, ast.ImportFrom):
        # A relative import leads to the project's own code.
        yield from ((one.asname or one.name, "." * node.level + (node.module or "")) for one in node.names)


def _loaded(node: ast.AST) -> frozenset[str]:
    parts: list[ast.AST] = [node]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        # Its decorators and annotations bring no evidence.
        parts = list(node.body)
    return frozenset(
        one.id
        for part in parts
        for one in ast.walk(part)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
    )


def _stored(node: ast.AST) -> frozenset[str]:
    """Every name that is given a value inside, those of lambdas and of inner functions as well."""
    found = set()
    for one in ast.walk(node):
        match one:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.update({name} if one is not node else ())
            case ast.ExceptHandler(name=str(name)):
                found.add(name)
    return frozenset(found)


def _given_constants(node: ast.AST) -> frozenset[str]:
    """The parameters that constants may have been given for: of a fixture none, for they are fixtures too."""
    decorators = getattr(node, "decorator_list", ())
    if any("fixture" in ast.unparse(decorator) for decorator in decorators):
        return frozenset({"request"})
    return _arguments(node)


def _arguments(node: ast.AST) -> frozenset[str]:
    """The parameters of a function itself: a test's are its fixtures."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return frozenset()
    spec = node.args
    return frozenset(one.arg for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs))
