"""The page `refund-customers.md` is true: the commands in its shell blocks do what it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_oracles import expect
from examples.refunds.refunds import compiled_refunds

from ..hygiene.documents import ROOT, blocks

PAGE = "docs/how-to/refund-customers.md"


@pytest.mark.priority("P1")
@pytest.mark.requirement("P1-R13", "P1-R18")
@pytest.mark.test_id("P1-T22", "P1-T28")
def test_the_example_compiles_as_its_page_says(tmp_path: Path) -> None:
    """Each command succeeds where the repository is; the digest is printed and the workflow drawn."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    commands = [
        line for block in blocks(text, PAGE) if block.kind == "sh" for line in block.text.splitlines()
    ]
    said = [
        subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        ).stdout
        for line in commands
    ]
    digest = compiled_refunds().sha256.hex()
    expect.value([digest in each for each in said]).equals([True, True])
    expect.value((tmp_path / "drawings" / "refund.svg").read_text(encoding="utf-8")).contains("<svg", "pay")
