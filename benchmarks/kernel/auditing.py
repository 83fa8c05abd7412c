"""Verify a chain of many receipts, read from PostgreSQL as the application's role."""

import argparse
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from autobiz_kernel import EffectClass, Receipt, timed_id, verify_tenant
from autobiz_kernel.chains import first_previous, link

from .place import CONTRACT, TENANT, asked, database
from .stopwatch import Stopwatch

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
RUNS = 50


def receipt(run_id: UUID, number: int) -> Receipt:
    key = number.to_bytes(32, "big")
    return Receipt(
        tenant=TENANT,
        run_id=run_id,
        path=str(number),
        tool=CONTRACT.name,
        operation=CONTRACT.operation,
        version=CONTRACT.version,
        effect_class=EffectClass.WRITE,
        key=key,
        external_key=f"autobiz:{number:032x}",
        generation=1,
        arguments=asked(str(number)).arguments,
        result={"id": "note"},
        provider_ref=None,
        approval_id=None,
        claimed_at=BEGIN,
        settled_at=BEGIN,
    )


def fill(url: str, rows: int) -> None:
    each = rows // RUNS
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(TENANT)])
        for run in range(RUNS):
            run_id = timed_id(BEGIN, run)
            head = first_previous(tenant=TENANT, run=run_id)
            with connection.cursor() as cursor:
                values = []
                for seq in range(1, each + 1):
                    made = receipt(run_id, run * each + seq)
                    body = made.body()
                    before, head = head, link(head, seq, body)
                    values.append(
                        (
                            TENANT,
                            run_id,
                            seq,
                            CONTRACT.reference,
                            "WRITE",
                            made.key,
                            made.external_key,
                            None,
                            None,
                            None,
                            body.decode(),
                            before,
                            head,
                            BEGIN,
                        )
                    )
                cursor.executemany(
                    "INSERT INTO receipts VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    values,
                )
                cursor.execute(
                    """INSERT INTO runs (tenant_id, run_id, workflow, correlation_id, config_hash, principal,
                           receipt_seq, head_hash, began_at, updated_at)
                       VALUES (%s, %s, 'bench', 'c', sha256(''), 'agent', %s, %s, %s, %s)""",
                    [TENANT, run_id, each, head, BEGIN, BEGIN],
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    rows = parser.parse_args().rows // RUNS * RUNS
    with database() as url:
        fill(url, rows)
        watch = Stopwatch()
        verified = verify_tenant(url, TENANT)
        lap = watch.lap()
    if verified.rows != rows or verified.flaws:
        raise SystemExit(f"{verified.rows} of {rows} rows, {verified.flaws[:3]}")
    rate, cost = rows / lap.wall_s, lap.client_s / rows * 1e6
    print(f"{rows} receipts: {rate:,.0f} rows/s, {cost:.1f} us of our CPU for a row")


if __name__ == "__main__":
    main()
