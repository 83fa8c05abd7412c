"""`autobiz export`: send the spans of runs that are over to a collector, or print them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final
from uuid import UUID

import click

from autobiz_kernel.clock import SystemClock
from autobiz_kernel.errors import ExportError

from .kept import ended_runs

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

_BATCH: Final = 512
_TIMEOUT_S: Final = 10.0
_MOMENTS = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])


@click.command("export")
@click.option(
    "--database",
    envvar="AUTOBIZ_DATABASE_URL",
    required=True,
    help="URL; better given in AUTOBIZ_DATABASE_URL.",
)
@click.option("--tenant", type=click.UUID, required=True, help="Whose runs.")
@click.option("--since", type=_MOMENTS, help="Runs that ended from then on, UTC; an hour ago if not given.")
@click.option("--until", type=_MOMENTS, help="Runs that ended before then, UTC; now if not given.")
@click.option("--endpoint", help="OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces.")
@click.option("--json", "as_json", is_flag=True, help="Print the spans instead, one JSON object a line.")
def export_command(
    database: str,
    tenant: UUID,
    since: datetime | None,
    until: datetime | None,
    endpoint: str | None,
    as_json: bool,
) -> None:
    """Export the spans of runs that are over; the same time exported twice gives the same spans.

    Spans name tools, outcomes, tokens and costs. Arguments and results stay in the books.
    """
    if as_json == (endpoint is not None):
        raise click.UsageError("say where to: --endpoint URL, or --json")
    end = _in_utc(until) or SystemClock().now()
    begin = _in_utc(since) or end - timedelta(hours=1)
    if begin >= end:
        raise click.UsageError(f"--since {begin.isoformat()} is not before --until {end.isoformat()}")
    spans = _spans(database, tenant, begin, end)
    if as_json:
        for span in spans:
            click.echo(span.to_json(indent=None))
        return
    click.echo(f"{_send(spans, endpoint or '')} spans sent")


def _spans(database: str, tenant: UUID, since: datetime, until: datetime) -> Iterator["ReadableSpan"]:
    # Imported here: half a second that no other command needs.
    from .spans import spans_of

    for run, calls in ended_runs(database, tenant, since=since, until=until):
        yield from spans_of(tenant, run, calls)


def _send(spans: Iterator["ReadableSpan"], endpoint: str) -> int:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_TIMEOUT_S)
    sent = 0
    try:
        for batch in _batches(spans):
            if exporter.export(batch) is not SpanExportResult.SUCCESS:
                raise ExportError(
                    f"{endpoint} took {sent} spans and not the next {len(batch)}; "
                    "the same command sends all again"
                )
            sent += len(batch)
    finally:
        exporter.shutdown()  # type: ignore[no-untyped-call]  # the SDK's method lacks its annotation
    return sent


def _batches(spans: Iterable["ReadableSpan"]) -> Iterator[Sequence["ReadableSpan"]]:
    rest = iter(spans)
    while batch := tuple(islice(rest, _BATCH)):
        yield batch


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
