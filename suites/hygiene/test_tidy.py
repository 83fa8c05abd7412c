"""The house style, read from the source itself; each rule is shown to bite."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

from autobiz_oracles import expect

from .tidy.rules import RULES
from .tidy.snippets import BAD, GOOD, Snippet
from .tidy.source import Complaint, Source, all_sources

Rule = Callable[[Source], Iterator[Complaint]]

BY_NAME: dict[str, Rule] = {rule.__name__: rule for rule in RULES}


@pytest.fixture(scope="module")
def sources() -> tuple[Source, ...]:
    return tuple(all_sources())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_house_rule_holds_everywhere(rule: Rule, sources: tuple[Source, ...]) -> None:
    """No module of the repository breaks the rule."""
    complaints = [str(complaint) for source in sources for complaint in rule(source)]
    expect.complaints(complaints, about=sources).none()


def test_rules_see_every_room(sources: tuple[Source, ...]) -> None:
    """Components, suites and the root are all read, and nothing that a tool generated."""
    rooms = {source.path.parts[0] for source in sources}
    owed = {"gates", "harness", "kernel", "mocks", "oracles", "reports", "suites", "conftest.py"}
    expect.worlds([sorted(owed - rooms), sorted({".venv", "build", "dist"} & rooms)], [[], []]).alike()


@pytest.mark.negative
@pytest.mark.parametrize("snippet", BAD, ids=lambda snippet: f"{snippet.rule}-{snippet.text[:40]!r}")
def test_house_rule_catches_what_breaks_it(snippet: Snippet) -> None:
    """A module that breaks a rule is named with its line and what to write instead."""
    complaints = list(BY_NAME[snippet.rule](_source(snippet)))
    expect.worlds([complaint.line for complaint in complaints], [snippet.line]).alike()
    assert snippet.says in complaints[0].words
    assert str(complaints[0]).startswith(f"{snippet.path}:{snippet.line}: ")


@pytest.mark.parametrize("snippet", GOOD, ids=lambda snippet: f"{snippet.rule}-{snippet.text[:40]!r}")
def test_house_rule_lets_good_style_pass(snippet: Snippet) -> None:
    """What looks like a break of a rule and is none stays without a complaint."""
    expect.complaints(list(BY_NAME[snippet.rule](_source(snippet))), about=[snippet]).none()


def test_every_house_rule_is_shown_from_both_sides() -> None:
    """Each rule has a snippet that it must catch and one that it must let pass."""
    for snippets in (BAD, GOOD):
        expect.worlds({snippet.rule for snippet in snippets}, set(BY_NAME)).alike()


def _source(snippet: Snippet) -> Source:
    return Source(path=PurePosixPath(snippet.path), text=snippet.text)
