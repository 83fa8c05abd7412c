"""The marks people put on tests, and the suites that folders name. Imported at every start of pytest."""

import itertools
from collections.abc import Sequence
from pathlib import PurePath

SUITES = ("hygiene", "unit", "integration_internal", "integration_external", "golden", "soak")

MARKERS = (
    "hygiene: a guard on the tests themselves; nothing else runs when it fails",
    "unit: one piece alone, no service",
    "integration_internal: our pieces together, on real services of our own",
    "integration_external: against stand-ins of other people's services",
    "golden: a seeded family, tried three times and gated on its lower bound",
    "soak: days of traffic, in virtual or real time",
    'priority(level): "P0", "P1" or "P2"',
    "requirement(*ids): the requirements this test proves",
    "test_id(*ids): the identifiers this test has in the specification",
    "workflow(name): the workflow this test exercises",
    "risk(*ids): the risks this test covers",
    "oracle(*types): the types of oracle that must judge this test",
    "negative: the test shows that something is refused",
)


def suite_from_path(parts: Sequence[str]) -> str | None:
    """The suite that a path below `suites/` names, if any."""
    for folder, name in itertools.pairwise(parts):
        if folder == "suites" and name in SUITES:
            return name
    return None


def suite_of_path(path: PurePath, root: PurePath) -> str | None:
    """The suite of a file, read from where it lies below the project's root."""
    try:
        return suite_from_path(path.relative_to(root).parts[:-1])
    except ValueError:
        return None
