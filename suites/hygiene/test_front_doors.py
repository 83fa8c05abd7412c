"""Each component's front door is a list, and each component has a map."""

import importlib

import pytest

from autobiz_oracles import expect

from .doorways import door_problems
from .tidy.source import COMPONENTS, ROOT

# A map fits on one screen; what needs more is a document below docs/.
MAP_LINES = range(5, 41)

DOORS = tuple(
    sorted(
        path.relative_to(ROOT).as_posix()
        for name in COMPONENTS
        for path in (ROOT / name).glob("autobiz_*/**/__init__.py")
    )
)
OFFERING = tuple(door for door in DOORS if "__all__" in (ROOT / door).read_text(encoding="utf-8"))


@pytest.mark.parametrize("door", DOORS)
def test_front_door_is_a_sorted_and_complete_list(door: str) -> None:
    """An `__init__.py` holds a docstring, imports and a sorted `__all__` of all that it imports."""
    text = (ROOT / door).read_text(encoding="utf-8")
    expect.complaints(list(door_problems(text)), about=text).none()


@pytest.mark.parametrize("door", OFFERING)
def test_front_door_offers_what_it_lists(door: str) -> None:
    """Every name in `__all__` can be imported."""
    package = importlib.import_module(".".join(door.split("/")[1:-1]))
    missing = [name for name in package.__all__ if not hasattr(package, name)]
    expect.complaints(missing, about=package.__all__).none()


@pytest.mark.parametrize("component", COMPONENTS)
def test_component_has_a_front_door_types_and_a_map(component: str) -> None:
    """Each component has one package, a py.typed for its users, and a README of at most a screen."""
    folder = ROOT / component
    package = f"autobiz_{component}"
    owed = {f"{component}/{package}/__init__.py": True, f"{package}/py.typed": True}
    found = {name: name in OFFERING or (folder / name).is_file() for name in owed}
    expect.worlds(found, owed).alike()
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {component}")
    assert len(lines) in MAP_LINES
    assert not list(folder.glob("*.py")), (
        "a loose module beside the package would be importable by its bare name"
    )


@pytest.mark.negative
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from .a import A\n__all__ = ['A']\n", "has no docstring"),
        ('"""Says."""\nfrom .a import A\n', "has no __all__"),
        ('"""Says."""\nfrom .a import A, b\n__all__ = ["b", "A"]\n', "is not sorted"),
        ('"""Says."""\nfrom .a import A\n__all__ = ["A", "A"]\n', "names something twice"),
        ('"""Says."""\nfrom .a import A, b\n__all__ = ["A"]\n', "imports b and does not list it"),
        (
            '"""Says."""\nfrom .a import A\n__all__ = ["A", "b"]\n',
            "lists b in __all__ and does not import it",
        ),
        ('"""Says."""\nfrom .a import A\n__all__ = ["A"]\nX = A()\n', "line 4: more than"),
        ('"""Says."""\nfrom .a import A\n__all__ = ["A"]\ndef f(): pass\n', "line 4: more than"),
        (
            '"""Says."""\nif TYPE_CHECKING:\n    from .a import A\n__all__ = ["A"]\n_HOMES = {"A": "b"}\n',
            "name other things",
        ),
        (
            '"""Says."""\nif TYPE_CHECKING:\n    from .a import a\n__all__ = ["a"]\n_HOMES = {"a": "a"}\n',
            "which would hide it",
        ),
    ],
)
def test_front_door_that_is_no_list_is_told(text: str, says: str) -> None:
    """A door that hides names, promises what it lacks, or does work of its own is caught."""
    problems = list(door_problems(text))
    expect.worlds(len(problems), 1).alike()
    assert says in problems[0]


@pytest.mark.parametrize(
    "text",
    [
        '"""Says."""\nfrom .a import MAX, A, _own, b\n__all__ = ["MAX", "A", "b"]\n',
        '"""Says."""\nif TYPE_CHECKING:\n    from .a import A\n__all__ = ["A"]\n_HOMES = {"A": "a"}\n',
        '"""Says."""\n__all__: list[str] = []\n',
        '"""Says."""\n',
    ],
)
def test_front_door_that_is_a_list_passes(text: str) -> None:
    """Constants, classes and functions in this order make a door, and so does an empty room."""
    expect.complaints(list(door_problems(text)), about=text).none()
