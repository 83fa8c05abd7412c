"""Put the refunds of a business together: what comes in, what works, and where people decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from autobiz_kernel import Clock, Ids, Ledger, TimedIds, Tool
from autobiz_kernel.approvals import ApprovalDesk, Approvals
from autobiz_kernel.business import Compiled, compile_business, people_of
from autobiz_kernel.providers import PROVIDER_CONTRACTS, customer_tools, shopify_tools, stripe_tools
from autobiz_kernel.transport import Account, Egress, Send
from autobiz_kernel.webhooks import EventBook, Ingress, ShopifyWebhooks, StoredEvent
from autobiz_kernel.workflow import Herald, Orchestrator, Queue, TriggeringEvents

from .trigger import RETURN_APPROVED

FILE = Path(__file__).parent / "refunds.yaml"


def compiled_refunds(text: str = "") -> Compiled:
    """Compile the business of this folder, or another text of it."""
    return compile_business(text or FILE.read_text(encoding="utf-8"), PROVIDER_CONTRACTS, file=FILE.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Whose money, orders and mail these are, and how each of them is reached."""

    shop: Account
    payments: Account
    mail: Account
    way_to: Callable[[Account], Send]
    egress: Egress

    def tools(self, compiled: Compiled, clock: Clock) -> Mapping[tuple[str, str, str], Tool]:
        """The tools that the business uses, at these accounts."""
        shop, payments, mail = (self.way_to(each) for each in (self.shop, self.payments, self.mail))
        found = (
            *shopify_tools(self.shop, shop, self.egress, clock),
            *stripe_tools(self.payments, payments, self.egress, clock),
            *customer_tools(
                self.shop, self.mail, to_shop=shop, to_mailer=mail, egress=self.egress, clock=clock
            ),
        )
        named = {(each.contract.name, each.contract.operation, each.contract.version): each for each in found}
        return {where: tool for where, tool in named.items() if where in compiled.contracts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Where everything is kept: in PostgreSQL, or in memory for a try."""

    ledger: Ledger
    queue: Queue
    approvals: Approvals
    events: EventBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """One worker process: deliveries come to `door`, `worker` goes on with runs, people decide at `desk`.

    `herald` begins what a door has kept and died before beginning: one of a worker's errands.
    """

    door: Ingress
    worker: Orchestrator
    desk: ApprovalDesk
    herald: Herald


def refunds_at(
    compiled: Compiled,
    books: Books,
    accounts: Accounts,
    *,
    tenant: UUID,
    shop: ShopifyWebhooks,
    owner: UUID,
    clock: Clock,
    on_unstarted: Callable[[StoredEvent, str], None],
    on_untold: Callable[[Exception], None],
    ids: Ids | None = None,
) -> Refunds:
    """Return one worker process of one tenant; any number of them share the books."""
    ids = ids or TimedIds()
    worker = Orchestrator(
        compiled=compiled,
        ledger=books.ledger,
        queue=books.queue,
        approvals=books.approvals,
        clock=clock,
        tools=accounts.tools(compiled, clock),
        owner=owner,
        ids=ids,
    )
    events = TriggeringEvents(
        events=books.events, orchestrator=worker, triggers=(RETURN_APPROVED,), on_unstarted=on_unstarted
    )
    return Refunds(
        door=Ingress(tenant=tenant, sources={"shopify": shop}, events=events, clock=clock, ids=ids),
        worker=worker,
        herald=Herald(orchestrator=worker, events=events, on_error=on_untold, route=lambda _stored: None),
        desk=ApprovalDesk(approvals=books.approvals, people=people_of(compiled), clock=clock),
    )
