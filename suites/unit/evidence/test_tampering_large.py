"""No part of a large run can change unseen: its bundle, its files, and the log that it stands in."""

import pytest

from ..hostile.large_run import LargeRun, believed_changes, broken_logs, large_run, refused_deploys

pytestmark = [pytest.mark.priority("P0"), pytest.mark.negative]

CASES = 10_000
PARTS = (
    *("bundle: statement", "bundle: tallies", "bundle: signatures", "ledger", "evidence.json"),
    *("gate file", "quarantine file", "criteria file", "chain"),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> LargeRun:
    return large_run(tmp_path_factory.mktemp("large"), CASES, 60)


def test_every_part_of_a_run_is_tampered_with(run: LargeRun) -> None:
    """Unchanged, each part is believed, and none is left out of these tests."""
    parts = run.parts()

    assert tuple(parts) == PARTS
    assert [name for name, (_, places, believed) in parts.items() if not (places and believed())] == []
    assert len(run.bundle.statement.tallies) == CASES


@pytest.mark.parametrize("part", PARTS)
def test_a_change_of_one_byte_is_found_wherever_it_is(part: str, run: LargeRun) -> None:
    """At places drawn from a seed, another byte makes the part refused; put back, it is believed again."""
    assert believed_changes(run, part, 25, seed=1) == []
    assert run.parts()[part][2]()


def test_a_log_that_was_tampered_with_is_refused_at_the_first_wrong_entry(run: LargeRun) -> None:
    """Reordered, cut, spliced, with entries of another log: the first place that is wrong is named."""
    wrong = [
        (what, expected, found)
        for what, lines, expected in broken_logs(run, 12, seed=1)
        if (found := run.first_bad(lines)) != expected
    ]

    assert wrong == []
    assert run.first_bad(run.lines) is None


def test_a_bundle_for_something_else_is_refused(run: LargeRun) -> None:
    """Authentic evidence about another commit, gate file, time or part of the project deploys nothing."""
    assert [(what, [due]) for what, _, due in refused_deploys(run)] == [
        (what, found) for what, found, _ in refused_deploys(run)
    ]
