"""Read Markdown documents: their links, their fenced blocks, and which of those are run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Blocks that another test runs, because they need more than an empty project.
RUN_ELSEWHERE = {
    "docs/how-to/approve-and-judge-criteria.md": "suites/integration_internal/test_gate_approve.py",
    "docs/how-to/gate-any-language.md": "suites/integration_internal/test_gate_foreign.py",
    "docs/how-to/quarantine-a-flake.md": "suites/integration_internal/test_gate_quarantine_run.py",
    "docs/how-to/refund-customers.md": "suites/integration_external/test_refunds_page.py",
    "docs/how-to/sign-and-check-evidence.md": "suites/integration_internal/test_gate_evidence.py",
}

# What is done with a block of each kind; one of another kind would be read by nobody.
RUN = ("console", "python", "toml")
CLAIMED = ("sh", "bash", "shell")
SHOWN = ("text", "mermaid")

_FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\S*)\s*$")
_NOT_RUN = re.compile(r"^ *<!-- not run: (?P<why>\S.*) -->$")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)


class DocumentError(Exception):
    """A document cannot be read as one; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: where, of which kind, and why it is not run, if it is not."""

    where: str
    kind: str
    text: str
    why_not: str | None


def documents() -> list[Path]:
    """The front page, the documents, the maps of the rooms, and how to read the benchmarks."""
    readmes = (*ROOT.glob("*/README.md"), *ROOT.glob("benchmarks/*/README.md"))
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *readmes])


def blocks(text: str, where: str) -> Iterator[Block]:
    """Every fenced block of a document, in lists too; a reason not to run it stands on the line above."""
    lines = text.splitlines()
    opened: tuple[int, str, str] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if opened is None:
            _refuse_idle_reason(lines, number, where)
            if fence is not None:
                opened = (number, fence["indent"], _known_kind(fence["kind"], f"{where}:{number + 1}"))
        elif fence is not None and not fence["kind"]:
            first, indent, kind = opened
            reason = _NOT_RUN.match(lines[first - 1]) if first else None
            inside = "".join(f"{each.removeprefix(indent)}\n" for each in lines[first + 1 : number])
            why_not = reason["why"] if reason else None
            yield Block(where=f"{where}:{first + 1}", kind=kind, text=inside, why_not=why_not)
            opened = None
    if opened is not None:
        raise DocumentError(f"{where}:{opened[0] + 1}: the block has no end; close it with ```")


def dead_links(text: str, document: Path) -> list[str]:
    """Links to files or headings that are not there."""
    dead = []
    for link in _LINK.findall(_prose(text)):
        name, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = document.parent / name if name else document
        if not target.exists() or (
            anchor and anchor not in _anchors(text if not name else target.read_text())
        ):
            dead.append(link)
    return dead


def commands(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines that it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and line.strip():
            found[-1][1].append(line)
    return found


def is_said(expected: list[str], said: str) -> bool:
    """Whether exactly these lines were printed; `...` stands for any lines, blanks and spacing are free."""
    pattern = ""
    for line in expected:
        words = " ".join(line.split())
        pattern += r"(?:.*\n)*?" if words == "..." else f"{re.escape(words)}\n"
    printed = "".join(f"{' '.join(line.split())}\n" for line in said.splitlines() if line.strip())
    return not expected or re.fullmatch(pattern, printed) is not None


def _known_kind(kind: str, where: str) -> str:
    known = (*RUN, *CLAIMED, *SHOWN)
    if kind not in known:
        said = f"of kind {kind!r}" if kind else "without a kind"
        raise DocumentError(
            f"{where}: a block {said} would be run by nobody; write one of {', '.join(known)}"
        )
    return kind


def _refuse_idle_reason(lines: list[str], number: int, where: str) -> None:
    if _NOT_RUN.match(lines[number]) and not any(map(_FENCE.match, lines[number + 1 : number + 2])):
        raise DocumentError(f"{where}:{number + 1}: 'not run' must stand on the line above its block")


def _prose(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)


def _anchors(text: str) -> set[str]:
    """The headings as the usual renderings name them in an address."""
    plain = (re.sub(r"[^\w\- ]", "", heading).lower() for heading in _HEADING.findall(_prose(text)))
    return {heading.replace(" ", "-") for heading in plain}
