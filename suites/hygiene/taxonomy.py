"""The page of all error codes, written from the code: each member of a closed set with its words."""

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Final

from autobiz_kernel import ErrorCode, KernelError, TerminationReason
from autobiz_kernel.approvals import Status
from autobiz_kernel.business import CompileCode
from autobiz_kernel.workflow import FailureKind

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "errors.md"
_MEMBER = re.compile(r"^    (?P<name>[A-Z_]+) = .*?(?:  # (?P<words>.*))?$", re.MULTILINE)
SETS: Final[tuple[tuple[str, type[Enum]], ...]] = (
    ("Why a business does not compile", CompileCode),
    ("Why a call did not end with its result", ErrorCode),
    ("Of which kind a workflow's failure is", FailureKind),
    ("Why a run is over", TerminationReason),
    ("How a request for approval stands", Status),
)


def rows(kind: type[Enum]) -> Iterator[tuple[str, str]]:
    """Each member as it is written outside, and the words beside it in the code."""
    said = {found["name"]: found["words"] or "" for found in _MEMBER.finditer(inspect.getsource(kind))}
    for member in kind:
        shown = member.value if isinstance(member.value, str) else member.name
        yield shown, said.get(member.name, "")


def page() -> str:
    """The whole page."""
    parts = ["# Errors\n\nWritten from the code by `make errors`; a test holds both together.\n"]
    parts.append("## What is raised\n\n```text\n" + _tree() + "```\n")
    for title, kind in SETS:
        lines = [f"| `{name}` | {words} |" for name, words in rows(kind)]
        parts.append("\n".join([f"## {title}\n", "| code | means |", "|---|---|", *lines]) + "\n")
    tried = ", ".join(f"`{kind.value}`" for kind in FailureKind if kind.may_be_retried)
    parts.append(
        f"## What is tried again\n\nOnly {tried}, as often as the step's `retry` says. All else is final.\n"
    )
    return "\n".join(parts)


def write() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8")


def _tree() -> str:
    told = (getattr(inspect.getmodule(KernelError), "__doc__", None) or "").partition("\n\n")[2]
    return told.rstrip() + "\n"
