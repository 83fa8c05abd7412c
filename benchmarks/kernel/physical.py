"""Drive the same two statements with pgbench: what the database itself can do, with no Python before it."""

import argparse
import os
import re
import subprocess
import tempfile
from uuid import UUID

import psycopg
from psycopg import conninfo

from autobiz_harness.stack import postgres_bin
from autobiz_kernel import SystemClock

from .place import CONTRACT, TENANT, asked, database
from .stopwatch import Stopwatch

RUNS = 64
RUN = "0198c0de-0000-7000-9000-{:012d}"
TPS = re.compile(r"tps = ([0-9.]+)")
LATENCY = re.compile(r"latency average = ([0-9.]+)")

# One client is one run. A key is a digest of a number that is drawn, as keys are digests.
SCRIPT = """
\\set number random(1, 9000000000000000)
SELECT claim_many(format('[{{"tenant":"{tenant}","key":"%s","fingerprint":"%s","tool":"{tool}",
  "run":"{run}","run_epoch":1,"now":"{now}","lease":"30 s","ttl":"86400 s","heir":"in_time","epoch":0}}]',
  encode(sha256(int8send(:number::int8)), 'hex'), encode(sha256(int8send(:number::int8)), 'hex'),
  lpad(:client_id::int::text, 12, '0')
)::json);
SELECT settle_many(format('[{{"kind":"done","tenant":"{tenant}","run":"{run}","run_epoch":1,"now":"{now}",
  "path":"1","tool":"{tool}","command":"%s","guard":"","outcome":"claimed","attrs":"{{}}","took_us":100,"step":1,
  "steps":1,"tool_calls":1,"tokens":0,"cost_micros":0,"key":"%s","epoch":1,"effect_class":"WRITE",
  "external_key":"autobiz:%s","provider_ref": null,"body":"{body}"}}]',
  lpad(:client_id::int::text, 12, '0'), encode(sha256(int8send(:number::int8)), 'hex'),
  encode(sha256(int8send(:number::int8)), 'hex'), left(encode(sha256(int8send(:number::int8)), 'hex'), 32)
)::json);
"""


def script() -> str:
    text = SCRIPT.format(
        tenant=TENANT,
        tool=CONTRACT.reference,
        run="0198c0de-0000-7000-9000-%s",
        now=SystemClock().now().isoformat(),
        # As long as a receipt of these arguments is, and without a quote that would have to be doubled.
        body="x" * (len(str(asked("1").arguments)) + 450),
    )
    # The run's number is the last argument of a claim, and the first of a settlement.
    return text.replace('"key":"%s","fingerprint":"%s"', '"key":"%1$s","fingerprint":"%2$s"').replace(
        '9000-%s","run_epoch":1,"now"', '9000-%3$s","run_epoch":1,"now"', 1
    )


def begin_runs(url: str) -> None:
    now = SystemClock().now()
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(TENANT)])
        for client in range(RUNS):
            connection.execute(
                """INSERT INTO runs (tenant_id, run_id, workflow, correlation_id, config_hash, principal,
                       began_at, updated_at) VALUES (%s, %s, 'bench', 'c', sha256(''), 'agent', %s, %s)""",
                [TENANT, UUID(RUN.format(client)), now, now],
            )


def drive(url: str, clients: int, seconds: int) -> str:
    parts = conninfo.conninfo_to_dict(url)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script())
        file.flush()
        done = subprocess.run(
            [
                *(str(postgres_bin() / "pgbench"), "--no-vacuum", "--protocol=prepared"),
                *("--file", file.name, "--time", str(seconds), "--client", str(clients), "--jobs", "1"),
                *(
                    "--host",
                    str(parts["host"]),
                    "--port",
                    str(parts["port"]),
                    "--username",
                    str(parts["user"]),
                ),
                str(parts["dbname"]),
            ],
            env=os.environ | {"PGPASSWORD": str(parts["password"])},
            capture_output=True,
            text=True,
            check=False,
        )
    rate, latency = TPS.search(done.stdout), LATENCY.search(done.stdout)
    if done.returncode or rate is None or latency is None:
        raise SystemExit(f"pgbench: {done.stdout}{done.stderr}")
    return f"{clients:>3} clients  {float(rate[1]):>7,.0f} calls/s  {float(latency[1]):>6.2f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    seconds: int = parser.parse_args().seconds
    with database() as url:
        begin_runs(url)
        for clients in (1, 16, 32, 64):
            watch = Stopwatch()
            line = drive(url, clients, seconds)
            print(f"{line}  in {watch.lap().wall_s:.0f} s", flush=True)


if __name__ == "__main__":
    main()
