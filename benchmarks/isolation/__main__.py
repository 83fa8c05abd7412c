"""Prove the tenants' isolation with pgrls on a new database; then loosen a policy, and see it noticed.

    python -m benchmarks.isolation --tools DIR

It ends with an error when a table leaks, when one is not decided that should be, or when the loosened policy
is believed.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from benchmarks.kernel.place import owned_database

ISOLATED = "isolated"
MODES = ("anon", "cross-tenant", "write")
# Of these some roles see all tenants' rows on purpose: who reads for the archive, and who dispatches runs.
UNDECIDED = {
    "anon": set[str](),
    "cross-tenant": {"idempotency", "receipts", "run_queue", "runs", "state_versions", "traces"},
    "write": {"run_queue"},
}
LOOSE = """
ALTER POLICY tenant ON signals
USING (tenant_id = (SELECT current_setting('autobiz.tenant')::uuid) OR event = 'shared')
"""


def verdicts(tools: Path, url: str, mode: str) -> dict[str, str]:
    """Return what the prover says of each table."""
    # In a process of its own, and with nothing else on its path.
    done = subprocess.run(
        [sys.executable, "-m", "pgrls", "verify", "--mode", mode, "--schemas", "public", "--format", "json"],
        env=os.environ | {"PYTHONPATH": str(tools), "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"pgrls verify --mode {mode} ended with {done.returncode}: {done.stderr}")
    told = json.loads(done.stdout)
    return {each["table"]: each["verdict"] for each in told["tables"]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", type=Path, required=True)
    tools = parser.parse_args().tools.absolute()
    with owned_database() as url:
        for mode in MODES:
            told = verdicts(tools, url, mode)
            proven = sorted(table for table, verdict in told.items() if verdict == ISOLATED)
            others = {
                table.removeprefix("public."): verdict
                for table, verdict in told.items()
                if verdict != ISOLATED
            }
            print(f"{mode}: {len(proven)} of {len(told)} tables proven; {others or 'none other'}")
            if set(others) != UNDECIDED[mode] or "leak" in others.values() or not proven:
                raise SystemExit(f"{mode}: not what it should be")
        with psycopg.connect(url) as owner:
            owner.execute(LOOSE)
        loose = verdicts(tools, url, "cross-tenant")["public.signals"]
        print(f"a policy that shares some rows: {loose}")
        if loose == ISOLATED:
            raise SystemExit("a loosened policy was believed")


if __name__ == "__main__":
    main()
