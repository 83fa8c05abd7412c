"""Ask whether a call costs the same on a million rows as on ten thousand."""

import argparse
import asyncio
from contextlib import ExitStack
from statistics import median

import psycopg

from autobiz_kernel import PostgresLedger, SystemClock, timed_id

from .place import CONTRACT, TENANT, answer, asked, database, kernel_on, owner_of
from .stopwatch import Stopwatch
from .throughput import acts_of_a_run, one_run, percentile

RUNS = 64
RATIO_MAX = 1.2
SIZES = (10_000, 100_000, 1_000_000)

# As much as a call leaves: a claim that is done, a receipt, a trace. A thousand calls are a run.
FILL = """
WITH number AS (SELECT generate_series(%(first)s::bigint, %(last)s::bigint) AS n),
row AS (
    SELECT sha256(int8send(n)) AS key, (%(runs)s::uuid[])[1 + ((n - %(first)s) / 1000)::int] AS run,
           1 + (n - %(first)s) %% 1000 AS seq
    FROM number),
claims AS (
    INSERT INTO idempotency (tenant_id, key, fingerprint, tool, status, run_id, first_seen_at, expires_at,
                             lease_until, receipt_run, receipt_seq)
    SELECT %(tenant)s, key, key, %(tool)s, 1, run, %(now)s, %(now)s + interval '1 day', %(now)s, run, seq
    FROM row),
receipts AS (
    INSERT INTO receipts (tenant_id, run_id, seq, tool, effect_class, key, external_key, body, prev_hash,
                          hash, at)
    SELECT %(tenant)s, run, seq, %(tool)s, 'WRITE', key, 'autobiz:' || left(encode(key, 'hex'), 32),
           %(body)s, key, key, %(now)s
    FROM row)
INSERT INTO traces (tenant_id, run_id, seq, path, tool, command, guard, outcome, attrs, tokens, cost_micros,
                    took_us, epoch, step, at)
SELECT %(tenant)s, run, seq, '1', %(tool)s, key, '', 'claimed', '{}', 0, 0, 100, 1, seq, %(now)s FROM row
"""
STEP = 50_000


def fill(url: str, first: int, last: int) -> None:
    """Write what so many calls leave, much faster than by calling."""
    now = SystemClock().now()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT set_config('autobiz.tenant', %s, false)", [str(TENANT)])
        for begin in range(first, last, STEP):
            end = min(begin + STEP, last)
            runs = [timed_id(now, begin + each) for each in range(STEP // 1000 + 1)]
            connection.execute(
                FILL,
                {
                    "first": begin,
                    "last": end - 1,
                    "runs": runs,
                    "tenant": TENANT,
                    "now": now,
                    "tool": CONTRACT.reference,
                    "body": "x" * (len(str(asked("1").arguments)) + 450),
                },
            )


async def window(url: str, rows: int, calls: int) -> float:
    """Measure some calls on so many rows, and return the latency in the middle."""
    ledger = await PostgresLedger.connect(url)
    kernel = kernel_on(ledger, answer)
    acts = [acts_of_a_run(5 + calls // RUNS) for _ in range(RUNS)]
    await asyncio.gather(*(one_run(kernel, of_run[:5], []) for of_run in acts))
    took: list[float] = []
    pids = [connection.info.backend_pid for connection in ledger.connections]
    watch = Stopwatch(pids)
    await asyncio.gather(*(one_run(kernel, of_run[5:], took) for of_run in acts))
    lap = watch.lap()
    await ledger.close()
    took.sort()
    middle = percentile(took, 0.5)
    print(
        f"{rows:>9,} rows  {len(took) / lap.wall_s:>6,.0f} calls/s  p50 {middle * 1000:>6.2f} ms  "
        f"p99 {percentile(took, 0.99) * 1000:>6.2f} ms  CPU {lap.client_s / len(took) * 1e6:>4.0f} + "
        f"{lap.server_s / len(took) * 1e6:>4.0f} us",
        flush=True,
    )
    return middle


def settle_down(url: str) -> None:
    """Do at once what the server would do about so many new rows while calls are measured."""
    with psycopg.connect(owner_of(url), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--calls", type=int, default=3_200, help="how many are measured at each size in a round"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each size has its turn")
    said = parser.parse_args()
    calls, rounds = said.calls, said.rounds
    ratios = []
    with ExitStack() as places:
        urls = {rows: places.enter_context(database()) for rows in SIZES}
        for rows, url in urls.items():
            fill(url, 0, rows)
            settle_down(url)
        # By turns, because what the machine's neighbours do changes from minute to minute.
        for _ in range(rounds):
            middles = [asyncio.run(window(url, rows, calls)) for rows, url in urls.items()]
            ratios.append(middles[-1] / middles[0])
    ratio = median(ratios)
    print(
        f"latency at {SIZES[-1]:,} rows is {ratio:.2f} times that at {SIZES[0]:,}, {min(ratios):.2f} to "
        f"{max(ratios):.2f} (wanted: {RATIO_MAX} at most)"
    )
    if ratio > RATIO_MAX:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
