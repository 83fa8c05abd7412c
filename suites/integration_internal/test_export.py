"""What watchers with OpenTelemetry get: the spans of runs that are over, read from the books."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from autobiz_kernel import PostgresLedger, Principal, Run, TerminationReason, Tool
from autobiz_kernel.cli import main
from autobiz_mocks import VirtualClock
from autobiz_oracles import expect

from ..calling import AGENT, ask, kernel_for
from ..database import Connections
from ..tools import contract

in_loop = pytest.mark.asyncio(loop_scope="session")
pytestmark = [
    pytest.mark.requirement("P1-R05", "INV-04"),
    pytest.mark.test_id("P1-T09"),
]
SECRET = "sk_live_" + "a1B2c3D4" * 3


@dataclass(slots=True)
class Collector:
    """A collector on loopback that takes spans, or refuses them."""

    status: int = 200
    taken: list[ExportTraceServiceRequest] = field(default_factory=list)
    url: str = ""

    @property
    def spans(self) -> list[Any]:
        return [
            span
            for request in self.taken
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if kept.status == 200:
                kept.taken.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(kept.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name it has there
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/v1/traces"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest_asyncio.fixture(loop_scope="session")
async def run(ledger: PostgresLedger, tenant: UUID) -> Run:
    """A run of three calls that is over: one done, one denied, one answered from the books."""
    made = contract()

    async def answer(arguments: Any, key: str) -> Any:
        return {"id": "re_1", "text": SECRET}

    tool = Tool(contract=made, execute=answer)
    clock = VirtualClock(datetime(2026, 11, 2, 12, tzinfo=UTC))
    kernel = kernel_for(ledger, clock, tenant, tool)
    begun = await kernel.begin(
        tenant=tenant, principal=Principal(name=AGENT, tenant=tenant), workflow="WF03", prefix="shop"
    )
    await kernel.call(begun, ask(tool, {"refund_id": "r-1"}, path="1"))
    await kernel.call(begun, ask(tool, {"refund_id": 7}, path="2"))
    await kernel.call(begun, ask(tool, {"refund_id": "r-1"}, path="3"))
    await kernel.end(begun, TerminationReason.COMPLETED)
    return begun


def export(url: str, tenant: UUID, *more: str) -> Result:
    arguments = ["export", "--database", url, "--tenant", str(tenant), *more]
    return CliRunner().invoke(main, arguments)


DAY = ("--since", "2026-11-02", "--until", "2026-11-03")


@in_loop
async def test_a_run_is_one_trace_with_a_span_for_each_call(
    app_connections: Connections, run: Run, collector: Collector
) -> None:
    """One trace for a run, named by its id; below its span one for each call, denied ones as errors."""
    told = export(app_connections.url, run.tenant, *DAY, "--endpoint", collector.url)
    expect.value((told.exit_code, told.output)).equals((0, "4 spans sent\n"))
    root, *calls = collector.spans
    expect.value({span.trace_id for span in collector.spans}).equals({run.run_id.bytes})
    expect.value({span.parent_span_id for span in calls}).equals({root.span_id})
    names = [
        (span.name, {each.key: each.value.string_value for each in span.attributes}["autobiz.outcome"])
        for span in calls
    ]
    tool = "execute_tool provider.refund"
    expect.value(names).equals([(tool, "claimed"), (tool, "SCHEMA_INVALID"), (tool, "replay")])
    expect.value([span.status.code for span in (root, *calls)]).equals([1, 1, 2, 1])


@in_loop
async def test_the_same_time_exported_twice_gives_the_same_spans(
    app_connections: Connections, run: Run, collector: Collector
) -> None:
    """A collector that is sent a time again sees nothing that it has not seen, byte for byte."""
    for _ in range(2):
        export(app_connections.url, run.tenant, *DAY, "--endpoint", collector.url)
    first, second = collector.taken
    expect.value(second.SerializeToString()).equals(first.SerializeToString())


@in_loop
@pytest.mark.negative
async def test_neither_arguments_nor_results_leave_the_books(app_connections: Connections, run: Run) -> None:
    """What a call was asked with and what it answered is not in its span, secret or not."""
    told = export(app_connections.url, run.tenant, *DAY, "--json")
    spans = [json.loads(line) for line in told.output.splitlines()]
    expect.value(len(spans)).equals(4)
    expect.value(told.output).lacks(SECRET)
    expect.value(told.output).lacks("r-1")


@in_loop
@pytest.mark.negative
@pytest.mark.requirement("P1-R21")
async def test_only_the_tenants_own_runs_of_that_time_are_exported(
    app_connections: Connections, run: Run
) -> None:
    """Another tenant's runs, and those of another day, are not there."""
    day_before = ("--since", "2026-11-01", "--until", "2026-11-02")
    seen = [
        export(app_connections.url, tenant, *days, "--json").output
        for tenant, days in ((UUID(int=run.tenant.int ^ 1), DAY), (run.tenant, day_before))
    ]
    expect.value(seen).equals(["", ""])


@in_loop
@pytest.mark.negative
async def test_a_collector_that_refuses_is_told_with_what_to_do(
    app_connections: Connections, run: Run, collector: Collector
) -> None:
    """Spans that were not taken are an error, and nothing has to be remembered to send them again."""
    collector.status = 400
    told = export(app_connections.url, run.tenant, *DAY, "--endpoint", collector.url)
    expect.value(told.exit_code).equals(2)
    expect.value(told.output).contains("the same command sends all again")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((), "--endpoint URL, or --json"),
        (("--json", "--endpoint", "http://127.0.0.1:9"), "--endpoint URL, or --json"),
        (("--json", "--since", "2026-11-03", "--until", "2026-11-03"), "is not before"),
        (("--json", "--since", "yesterday"), "does not match the formats"),
    ],
)
def test_what_cannot_be_exported_is_said_before_anything_is_read(more: tuple[str, ...], says: str) -> None:
    """No place to send to, two of them, or no time at all is a usage error."""
    told = export("postgresql://127.0.0.1:9/nowhere", UUID(int=1), *more)
    expect.value(told.exit_code).equals(2)
    expect.value(told.output).contains(says)
