"""What a front door must be: a docstring, imports, and one sorted list that names all of them."""

import ast
from collections.abc import Iterator


def door_problems(text: str) -> Iterator[str]:
    """Everything that keeps an `__init__.py` from being a list of what its package offers."""
    tree = ast.parse(text)
    if not ast.get_docstring(tree):
        yield "has no docstring; say in one sentence what the package is for"
    imported = {
        alias.asname or alias.name for node in _imports(tree) for alias in node.names if _is_offered(alias)
    }
    listed = _listed(tree)
    if listed is None:
        if imported:
            yield "has no __all__; list what it imports for others"
        return
    homes = _homes(tree)
    if homes is not None and homes != _homes_imported(tree):
        yield "_HOMES and the imports for type checkers name other things; say the same in both"
    for name in sorted((homes or {}).keys() & (homes or {}).values()):
        yield f"offers {name} from a door that waits, beside a module of that name, which would hide it"
    for line in _others(tree):
        yield f"line {line}: more than docstring, imports and __all__; move it to a module of its own"
    if listed != sorted(set(listed), key=_natural):
        yield f"__all__ is not sorted, or names something twice; write {sorted(set(listed), key=_natural)}"
    for name in sorted(imported - set(listed)):
        yield f"imports {name} and does not list it in __all__"
    for name in sorted(set(listed) - imported):
        yield f"lists {name} in __all__ and does not import it"


def _imports(tree: ast.Module) -> Iterator[ast.ImportFrom | ast.Import]:
    """What is imported at once, or named for type checkers where the door loads only what is asked for."""
    lazy = _homes(tree) is not None
    for node in tree.body:
        if isinstance(node, ast.If) and _is_for_type_checkers(node):
            yield from (inner for inner in node.body if isinstance(inner, ast.ImportFrom))
        elif isinstance(node, ast.ImportFrom | ast.Import) and not lazy:
            yield node


def _is_for_type_checkers(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _homes(tree: ast.Module) -> dict[str, str] | None:
    """Which sibling each name is loaded from when it is first asked for, in a door that waits."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="_HOMES")], value=value):
                return dict(ast.literal_eval(value))
    return None


def _homes_imported(tree: ast.Module) -> dict[str, str]:
    return {
        alias.name: node.module or ""
        for node in _imports(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _is_offered(alias: ast.alias) -> bool:
    return not (alias.asname or alias.name).startswith("_")


def _listed(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return list(ast.literal_eval(value))
            case ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value):
                return list(ast.literal_eval(value))
    return None


def _others(tree: ast.Module) -> Iterator[int]:
    for node in tree.body:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AnnAssign(target=ast.Name(id="__all__")):
                continue
            case ast.If() if _is_for_type_checkers(node):
                continue
            case ast.Assign(targets=[ast.Name(id="_HOMES" | "__getattr__")]):
                continue
        yield node.lineno


def _natural(name: str) -> tuple[int, str]:
    """CONSTANTS, then Classes, then functions: the order in which the linter sorts such a list."""
    return (0 if len(name) > 1 and name.isupper() else 1 if name[0].isupper() else 2), name
