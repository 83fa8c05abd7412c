"""The life of requests for approval, drawn by chance, beside a model of nothing but a few plain rules."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from autobiz_kernel import Clock
from autobiz_kernel.approvals import (
    ApprovalDesk,
    Approvals,
    DecisionError,
    Identity,
    Person,
    Question,
    Request,
    Status,
    Verdict,
    Via,
    aged,
    approval_id_of,
)
from autobiz_mocks import VirtualClock

from .random_graphs import Chance, happens, one_of

PEOPLE: Final = {
    "ann": Person(groups=("finance",)),
    "bob": Person(groups=("finance", "owners")),
    "cid": Person(groups=("stock",)),
    "dan": Person(groups=("owners",)),
    "eve": Person(groups=("admins",)),
    "agent": Person(groups=("finance", "owners", "admins")),
}
RUN: Final = UUID("0198c0de-0000-7000-8000-00000000cafe")
ALLOWED: Final = {
    (Status.PENDING, Status.APPROVED),
    (Status.PENDING, Status.DENIED),
    (Status.PENDING, Status.EXPIRED),
    (Status.PENDING, Status.VOID),
    (Status.APPROVED, Status.VOID),
}


@dataclass(slots=True)
class Model:
    """What a request should be: who has agreed, who is asked, and until when."""

    needed: int
    expires_at: datetime
    escalates_at: datetime
    status: Status = Status.PENDING
    voices: list[str] = field(default_factory=list)

    def age(self, now: datetime) -> None:
        if self.status is Status.PENDING and now >= self.expires_at:
            self.status = Status.EXPIRED

    def may(self, name: str, now: datetime) -> bool:
        groups = {"finance"} | ({"owners"} if now >= self.escalates_at else set())
        return name != "agent" and name not in self.voices and bool(groups & set(PEOPLE[name].groups))

    def hear(self, name: str, verdict: Verdict, now: datetime) -> bool:
        """Take a decision in, or refuse it."""
        self.age(now)
        if self.status is not Status.PENDING or not self.may(name, now):
            return False
        self.voices.append(name)
        if verdict is Verdict.DENY:
            self.status = Status.DENIED
        elif len(self.voices) >= self.needed:
            self.status = Status.APPROVED
        return True

    def overrule(self, name: str, verdict: Verdict, now: datetime, reason: str) -> bool:
        self.age(now)
        if self.status is not Status.PENDING or name != "eve" or not reason:
            return False
        self.status = Status.APPROVED if verdict is Verdict.APPROVE else Status.DENIED
        return True


class Life:
    """One sequence of acts on the requests of one place in one run."""

    def __init__(self, chance: Chance, approvals: Approvals, tenant: UUID) -> None:
        self._chance, self._approvals, self._tenant = chance, approvals, tenant
        self.clock = VirtualClock()
        self._models: dict[UUID, Model] = {}
        self._last: dict[UUID, Status] = {}
        self._print = 0

    async def live(self, acts: int) -> None:
        for _ in range(acts):
            act = one_of(
                self._chance, [self._ask, self._decide, self._decide, self._overrule, self._pass, self._alter]
            )
            await act()
            await self._compare()

    async def standings(self) -> list[Status]:
        """How each request stands that was ever asked for."""
        found = [await self._approvals.look(self._tenant, each) for each in self._models]
        return [aged(each, now=self.clock.now()).status for each in found if each is not None]

    def expected(self) -> list[Status]:
        """How the model says they stand."""
        return [replace_age(model, self.clock.now()) for model in self._models.values()]

    @property
    def _desk(self) -> ApprovalDesk:
        # A new one each time: nothing may be remembered anywhere but where requests are kept.
        clock: Clock = self.clock
        return ApprovalDesk(approvals=self._approvals, people=PEOPLE, clock=clock)

    async def _ask(self) -> None:
        now, printed = self.clock.now(), self._print.to_bytes(32)
        approval_id = approval_id_of(RUN, "0/pay:1", printed)
        needed = 1 + (self._print % 2)
        question = Question(
            approvers=("finance",),
            approvers_min=needed,
            expires_at=now + timedelta(minutes=60),
            escalates_at=now + timedelta(minutes=20),
            escalates_to=("owners",),
            approves_on_timeout=True,
        )
        await self._approvals.ask(
            Request(
                tenant=self._tenant, approval_id=approval_id, run_id=RUN, path="0/pay:1",
                tool="payments.refund@1", fingerprint=printed, is_financial=True,
                shown={"amount": self._print}, reason="a rule",
                requesters=("agent",), question=question, requested_at=now,
            )
        )  # fmt: skip
        if approval_id not in self._models:
            for model in self._models.values():
                model.age(now)
                if model.status in (Status.PENDING, Status.APPROVED):
                    model.status = Status.VOID
            self._models[approval_id] = Model(
                needed, now + timedelta(minutes=60), now + timedelta(minutes=20)
            )

    async def _alter(self) -> None:
        """The arguments of the call are others from now on."""
        self._print += 1
        await self._ask()

    async def _decide(self) -> None:
        if not self._models:
            return
        approval_id, name = one_of(self._chance, list(self._models)), one_of(self._chance, list(PEOPLE))
        verdict = Verdict.DENY if happens(self._chance, 20) else Verdict.APPROVE
        identity = Identity(name=name, groups=PEOPLE[name].groups, via=Via.SIGNED)
        expected = self._models[approval_id].hear(name, verdict, self.clock.now())
        told = await _is_taken(self._desk.decide(self._tenant, approval_id, identity, verdict))
        assert told == expected, (name, verdict, self._models[approval_id])

    async def _overrule(self) -> None:
        if not self._models or not happens(self._chance, 40):
            return
        approval_id, name = one_of(self._chance, list(self._models)), one_of(self._chance, list(PEOPLE))
        reason = one_of(self._chance, ["", " ", "the owner is away"]).strip()
        identity = Identity(name=name, groups=PEOPLE[name].groups, via=Via.SIGNED)
        expected = name != "agent" and self._models[approval_id].overrule(
            name, Verdict.APPROVE, self.clock.now(), reason
        )
        told = await _is_taken(
            self._desk.overrule(self._tenant, approval_id, identity, Verdict.APPROVE, reason=reason)
        )
        assert told == expected, (name, reason, self._models[approval_id])

    async def _pass(self) -> None:
        self.clock.advance(timedelta(minutes=self._chance.number(1, 30)))

    async def _compare(self) -> None:
        now = self.clock.now()
        for approval_id, model in self._models.items():
            kept = await self._approvals.look(self._tenant, approval_id)
            assert kept is not None
            status = kept.status
            if status is Status.PENDING and now >= model.expires_at:
                status = Status.EXPIRED
            expected = replace_age(model, now)
            assert status is expected, (kept, model)
            before = self._last.get(approval_id, Status.PENDING)
            assert before is status or (before, status) in ALLOWED, (before, status)
            self._last[approval_id] = status
        waiting = await self._approvals.open_ones(self._tenant, limit=100)
        assert len(waiting) <= 1


def replace_age(model: Model, now: datetime) -> Status:
    """How a model's request stands at a moment, without making it so."""
    copy = replace(model)
    copy.age(now)
    return copy.status


async def _is_taken(work: object) -> bool:
    try:
        await work  # type: ignore[misc]  # a coroutine of the desk
    except DecisionError:
        return False
    return True
