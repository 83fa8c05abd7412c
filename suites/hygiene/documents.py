"""Read Markdown documents: their links, their blocks, and what may be run of them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Blocks that another test runs, because they need more than an empty project.
RUN_ELSEWHERE = {
    "docs/how-to/gate-any-language.md": "suites/integration_internal/test_gate_foreign.py",
    "docs/how-to/sign-and-check-evidence.md": "suites/integration_internal/test_gate_evidence.py",
}

_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<why>.+?) -->\n+)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: where, of which kind, and why it is not run, if it is not."""

    where: str
    kind: str
    text: str
    why_not: str | None


def documents() -> list[Path]:
    """The front page, the documents, and the maps of the rooms."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")])


def blocks(text: str, where: str) -> list[Block]:
    """Every fenced block of a document."""
    return [
        Block(
            where=f"{where}:{text.count(chr(10), 0, match.start('text'))}",
            kind=match["kind"],
            text=match["text"],
            why_not=match["why"],
        )
        for match in _BLOCK.finditer(text)
    ]


def dead_links(text: str, folder: Path) -> list[str]:
    """Links to files that are not there."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    named = (link.partition("#")[0] for link in _LINK.findall(prose) if "://" not in link)
    return [link for link in named if link and not (folder / link).exists()]


def commands(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines that it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and line.strip():
            found[-1][1].append(line)
    return found


def missing_lines(expected: list[str], said: str) -> list[str]:
    """The expected lines that were not said in this order; `...` stands for any lines."""
    rest = [" ".join(line.split()) for line in said.splitlines()]
    missing = []
    for line in expected:
        wanted = " ".join(line.split())
        if wanted == "...":
            continue
        if wanted in rest:
            rest = rest[rest.index(wanted) + 1 :]
        else:
            missing.append(line)
    return missing
