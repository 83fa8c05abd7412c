"""The documents are true: links lead somewhere, code runs, commands print what is said."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from autobiz_gates import GateFileError, read_criteria_file, read_gate_file
from autobiz_oracles import PlainEnding, expect

from ..small_project import EIGHTY, small_project
from .documents import (
    CLAIMED,
    ROOT,
    RUN,
    RUN_ELSEWHERE,
    Block,
    DocumentError,
    blocks,
    commands,
    dead_links,
    documents,
    is_said,
)

pytestmark = pytest.mark.priority("P1")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


ALL = [block for path in documents() for block in blocks(path.read_text(encoding="utf-8"), name_of(path))]


def of(*kinds: str) -> list[Block]:
    return [block for block in ALL if block.kind in kinds and block.why_not is None]


def problem_of_console(block: Block, folder: Path) -> str | None:
    """Type the commands in a project with thirty tests; each must succeed and print what is below it."""
    small_project(folder, EIGHTY.replace("80", "30"), gate_file="", tool="")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AUTOBIZ", "PYTEST"))}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    asked = commands(block.text)
    for command, expected in asked:
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"{command!r} ended with {done.returncode}: {done.stderr}"
        if not is_said(expected, done.stdout):
            return f"{command!r} printed something else:\n{done.stdout}"
    return None if asked else "no line begins with '$ ', so nothing is run"


def problem_of_python(block: Block, folder: Path) -> str | None:
    """Run the block as it would be copied."""
    done = subprocess.run(
        [sys.executable, "-c", block.text], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stderr if done.returncode else None


def problem_of_toml(block: Block, folder: Path) -> str | None:
    """Parse the block; one with gates is also read as a gate file."""
    try:
        tomllib.loads(block.text)
        if "[gate." in block.text:
            (folder / "gate.toml").write_text(block.text, encoding="utf-8")
            read = read_criteria_file if "[criterion." in block.text else read_gate_file
            read(folder / "gate.toml")
    except (tomllib.TOMLDecodeError, GateFileError) as error:
        return str(error)
    return None


PROBLEM_OF: dict[str, Callable[[Block, Path], str | None]] = {
    "console": problem_of_console,
    "python": problem_of_python,
    "toml": problem_of_toml,
}


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    """No document names a file or a heading that is not in the repository."""
    text = path.read_text(encoding="utf-8")
    expect.complaints(dead_links(text, path), about=text).none()


@pytest.mark.parametrize("block", of(*RUN), ids=lambda block: f"{block.where}-{block.kind}")
def test_block_is_true(block: Block, tmp_path: Path) -> None:
    """Commands print what is said, Python runs as it stands, and gates are read without a mistake."""
    problem = PROBLEM_OF[block.kind](block, tmp_path)
    expect.complaints([problem] if problem else [], about=[block], where=block.where).none()


@pytest.mark.parametrize("block", of(*CLAIMED), ids=lambda block: block.where)
def test_shell_blocks_are_run_by_the_test_that_claims_them(block: Block) -> None:
    """A block of shell lines stands only in a document that a test of its own runs."""
    document = block.where.partition(":")[0]

    claimed = RUN_ELSEWHERE.get(document)

    assert claimed is not None, f"{block.where}: write a ```console block, or run it in a test and claim it"
    is_named = Path(document).name in (ROOT / claimed).read_text(encoding="utf-8")
    expect.worlds({claimed: is_named}, {claimed: True}).alike()


def the_block(text: str) -> Block:
    (block,) = blocks(text, "x.md")
    return block


@pytest.mark.negative
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```console\n$ false\n```\n", "ended with 1"),
        ("```console\n$ gate run --nonsense\n```\n", "ended with 2"),
        ("```console\n$ echo other\nanother\n```\n", "printed something else"),
        ("```console\n$ echo one; echo two\none\n```\n", "printed something else"),
        ("```console\n$ true\n$ echo ended; exit 3\nended\n```\n", "ended with 3"),
        ("```console\necho no prompt\n```\n", "nothing is run"),
        ("```python\nraise ValueError('no')\n```\n", "ValueError: no"),
        ("```python\ndef (\n```\n", "SyntaxError"),
        ("```python\nfrom autobiz_gates import nothing_of_the_sort\n```\n", "ImportError"),
        ("```toml\nkey = \n```\n", "Invalid value"),
        ("```toml\n[gate.a]\nkind = 'p1'\nfloot = 0.9\n```\n", "floot"),
        ("1. In a list:\n\n   ```toml\n   [gate.a]\n   kind = 'p9'\n   ```\n", "p9"),
    ],
)
def test_untrue_block_is_seen(text: str, says: str, tmp_path: Path) -> None:
    """Commands that fail or print something else, Python that raises and gates with a mistake are told."""
    block = the_block(text)
    problem = PROBLEM_OF[block.kind](block, tmp_path) or ""
    expect.program(PlainEnding(code=None, out=problem)).said(says)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```console\n$ true\n", "x.md:1: the block has no end"),
        ("Say:\n\n```\n$ true\n```\n", "x.md:3: a block without a kind"),
        ("```pyhton\n1\n```\n", "x.md:1: a block of kind 'pyhton'"),
        ("<!-- not run: too slow -->\n\n```console\n$ true\n```\n", "x.md:1: 'not run' must stand"),
        ("<!-- not run: too slow -->\n", "x.md:1: 'not run' must stand"),
    ],
)
def test_block_that_nobody_would_run_is_refused(text: str, says: str) -> None:
    """No block escapes by having no end, no kind, an unknown kind, or a reason that stands elsewhere."""
    with expect.refusal(DocumentError) as error:
        the_block(text)
    assert says in str(error.value)


def test_block_with_a_reason_is_left_alone() -> None:
    """A block says on the line above it why it is not run."""
    block = the_block("<!-- not run: it would never end -->\n```console\n$ sleep infinity\n```\n")
    expect.worlds(block.why_not, "it would never end").alike()


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        (["one", "two", "three"], True),
        (["one", "...", "three"], True),
        (["one", "..."], True),
        (["...", "three"], True),
        (["...", "three", "..."], True),
        ([], True),
        (["one", "three"], False),
        (["one", "two"], False),
        (["two", "three"], False),
        (["...", "one", "..."], True),
        (["...", "two"], False),
        (["three", "...", "one"], False),
        (["...", "four", "..."], False),
    ],
)
def test_output_is_compared_whole(expected: list[str], holds: bool) -> None:
    """The lines below a command are all that it prints, in this order, but for what `...` stands for."""
    expect.worlds(is_said(expected, "one\n\n  two\nthree\n"), holds).alike()


@pytest.mark.negative
def test_dead_links_are_seen(tmp_path: Path) -> None:
    """A missing file, a missing heading here or there are told; addresses and code are left alone."""
    (tmp_path / "there.md").write_text("# One\n## What it *says*, twice\n", encoding="utf-8")
    text = """# Here
    [a](there.md) [b](there.md#what-it-says-twice) [c](#here) [d](https://example.com/x#y)
    [e](nowhere.md) [f](there.md#two) [g](#elsewhere)
```text
[h](in-code.md)
```
"""
    here = tmp_path / "here.md"
    here.write_text(text, encoding="utf-8")
    expect.worlds(dead_links(text, here), ["nowhere.md", "there.md#two", "#elsewhere"]).alike()
