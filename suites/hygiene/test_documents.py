"""The documents are true: links lead somewhere, code runs, commands print what is said."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autobiz_gates import read_gate_file

from ..small_project import EIGHTY, small_project
from .documents import ROOT, RUN_ELSEWHERE, Block, blocks, commands, dead_links, documents, missing_lines

pytestmark = pytest.mark.priority("P1")

ALL = [block for path in documents() for block in blocks(path.read_text(), str(path.relative_to(ROOT)))]
RUNNABLE = [block for block in ALL if block.why_not is None]


def of(*kinds: str) -> list[Block]:
    return [block for block in RUNNABLE if block.kind in kinds]


def where(block: Block) -> str:
    return block.where


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_there(path: Path) -> None:
    """No document names a file that is not in the repository."""
    assert dead_links(path.read_text(), path.parent) == []


@pytest.mark.parametrize("block", of("console"), ids=where)
def test_commands_print_what_the_document_says(block: Block, tmp_path: Path) -> None:
    """Typed in a project with thirty tests, each command succeeds and prints the lines below it."""
    small_project(tmp_path, EIGHTY.replace("80", "30"), gate_file="", tool="")
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command, expected in commands(block.text):
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert missing_lines(expected, done.stdout) == [], done.stdout


@pytest.mark.parametrize("block", of("python"), ids=where)
def test_python_blocks_run(block: Block, tmp_path: Path) -> None:
    """A copied block runs as it stands."""
    done = subprocess.run(
        [sys.executable, "-c", block.text], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", of("toml"), ids=where)
def test_toml_blocks_are_read_by_what_they_are_for(block: Block, tmp_path: Path) -> None:
    """A block parses, and one with gates is a gate file without a mistake."""
    assert tomllib.loads(block.text)
    if "[gate." in block.text:
        (tmp_path / "gate.toml").write_text(block.text)
        assert read_gate_file(tmp_path / "gate.toml").gates


@pytest.mark.parametrize("block", of("sh", "bash", "shell"), ids=where)
def test_shell_blocks_are_run_by_the_test_that_claims_them(block: Block) -> None:
    """A block of shell lines stands only in a document that a test of its own runs."""
    document = block.where.partition(":")[0]

    claimed = RUN_ELSEWHERE.get(document)

    assert claimed is not None, f"{block.where}: write a ```console block, or run it in a test and claim it"
    assert Path(document).name in (ROOT / claimed).read_text()


FIXTURE = """
See [there](there.md), [out](https://example.com), and [nowhere](nowhere.md).

<!-- not run: it would never end -->
```console
$ sleep infinity
```

```console
$ echo one; echo two; echo three
one
...
three
$ echo other
another
```
"""


@pytest.mark.negative
def test_each_kind_of_untruth_is_seen(tmp_path: Path) -> None:
    """Dead links, wrong output and opted-out blocks are told apart."""
    (tmp_path / "there.md").touch()
    skipped, shown = blocks(FIXTURE, "x.md")
    (_, one_to_three), (_, other) = commands(shown.text)

    assert dead_links(FIXTURE, tmp_path) == ["nowhere.md"]
    assert (skipped.why_not, shown.why_not) == ("it would never end", None)
    assert missing_lines(one_to_three, "one\ntwo\nthree\n") == []
    assert missing_lines(one_to_three, "three\none\n") == ["three"]
    assert missing_lines(other, "other\n") == ["another"]
