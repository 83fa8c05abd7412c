"""How the tests of the plugin start a pytest of their own, and judge how it ended."""

import subprocess
from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest

from autobiz_oracles import PlainEnding, expect

# Quiet, and without plugins that have no say here.
QUIET = (
    "-q",
    "-p", "no:cacheprovider",
    "-p", "no:valkey",
    "-p", "no:hypothesispytest",
    "-p", "no:anyio",
    "-p", "no:platformdirs",
    "-o", "asyncio_default_fixture_loop_scope=function",
)  # fmt: skip


def ending_of(result: "pytest.RunResult | subprocess.CompletedProcess[str]") -> PlainEnding:
    """How a pytest or another program ended, as oracles see programs."""
    if isinstance(result, pytest.RunResult):
        return PlainEnding(
            code=int(result.ret), out="\n".join(result.outlines), err="\n".join(result.errlines)
        )
    return PlainEnding(code=result.returncode, out=result.stdout, err=result.stderr)


def expect_outcomes(result: pytest.RunResult, **counts: int) -> None:
    """Judge how many tests of a pytest came out how; warnings and what was deselected are left open."""
    found = result.parseoutcomes()
    kinds = ("passed", "skipped", "failed", "errors", "xpassed", "xfailed", *counts)
    expect.worlds(
        {kind: found.get(kind, 0) for kind in kinds}, {kind: counts.get(kind, 0) for kind in kinds}
    ).alike()


def expect_lines(lines: Sequence[str], *patterns: str) -> None:
    """Judge that what was printed has a line for each of these patterns, in this order."""
    left = iter(lines)
    missing = [
        f"no line is like {pattern!r} here"
        for pattern in patterns
        if not any(fnmatchcase(line, pattern) for line in left)
    ]
    expect.complaints(missing, about=lines).none()
