"""Kill competing workers until the wanted number has died, and count what is left behind."""

import argparse
import json
import subprocess
import sys
from uuid import uuid4

import psycopg

from autobiz_kernel import verify_tenant

from .place import ROOT, database
from .stopwatch import now

PROVIDER = """
CREATE TABLE provider_requests (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL, key text NOT NULL, body text NOT NULL
);
GRANT SELECT, INSERT ON provider_requests TO autobiz_app
"""
COUNTS = """
SELECT (SELECT count(*) FROM provider_requests), (SELECT count(DISTINCT key) FROM provider_requests)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    tenant = uuid4()
    numbers = [str(number) for number in (wanted.runs, wanted.steps, wanted.kills, wanted.seed)]
    with database(PROVIDER) as url:
        began = now()
        done = subprocess.run(
            [sys.executable, "-m", "suites.integration_internal.kill_worker", url, str(tenant), *numbers],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        took = now() - began
        told = json.loads(done.stdout)
        verified = verify_tenant(url, tenant)
        with psycopg.connect(url) as connection:
            attempts, effects = connection.execute(COUNTS).fetchone() or (0, 0)
    steps = wanted.runs * wanted.steps
    print(f"{told['kills']} kills in {told['generations']} generations, {took:.0f} s")
    counts = f"{steps} steps, {verified.rows} receipts, {effects} effects, {attempts} requests"
    print(f"{counts}, {len(verified.flaws)} broken links")
    if not (steps == verified.rows == effects and not verified.flaws and told["finished"]):
        raise SystemExit("not exactly once")


if __name__ == "__main__":
    main()
