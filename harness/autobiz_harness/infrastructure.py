"""Which errors say that the infrastructure failed, and nothing about the subject."""

from collections.abc import Collection, Iterable

INI_NAME = "gate_infrastructure_errors"


class InfrastructureError(Exception):
    """Raised where a test could not be carried out. Its trial is invalid, and tried again at most twice."""


def infrastructure_errors(named: Iterable[str], problems: list[str]) -> frozenset[str]:
    """The further error classes that the project counts among them, by module and name."""
    names = frozenset(named)
    problems += [
        f"{INI_NAME}: {name!r} is no class; write it as module.Class, as in ssl.SSLError"
        for name in sorted(names)
        if not all(part.isidentifier() for part in name.split("."))
    ]
    return names


def is_infrastructure(error: BaseException, names: Collection[str]) -> bool:
    """Whether an error is of such a class; a group is when all its errors are."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_infrastructure(one, names) for one in error.exceptions)
    return isinstance(error, InfrastructureError) or not set(_names(type(error).__mro__)).isdisjoint(names)


def _names(classes: Iterable[type]) -> Iterable[str]:
    for one in classes:
        yield f"{one.__module__}.{one.__qualname__}"
        if one.__module__ == "builtins":
            yield one.__qualname__
