"""The command line of the kernel, as a person types it."""

import os
import subprocess
import sys
from pathlib import Path

from autobiz_oracles import PlainEnding

ROOT = Path(__file__).parents[2]


def autobiz(*words: str, database: str = "") -> PlainEnding:
    """One command, in a process of its own."""
    done = subprocess.run(
        [Path(sys.executable).parent / "autobiz", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"AUTOBIZ_DATABASE_URL": database, "AUTOBIZ_TOOLS": "suites.shop.tools:CONTRACTS"},
        timeout=60,
        check=False,
    )
    return PlainEnding(code=done.returncode, out=done.stdout, err=done.stderr)
