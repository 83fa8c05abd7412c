"""Stripe's rules: what may be captured, voided and refunded, and what a key is worth."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from autobiz_mocks.journal import Served
from autobiz_mocks.stubs import Stub

from .fold import Findings
from .keys import KEY_HEADER, KeyBook, Standing
from .written import read_stub

HOLD = timedelta(days=7)
_ID = re.compile(r"pi_([a-z]{3})_([0-9]{1,12})_[a-z0-9]+")


@dataclass(slots=True, kw_only=True)
class Payment:
    """A payment intent as Stripe would keep it, in Stripe's own numbers."""

    id: str
    currency: str
    amount: int
    status: str = "requires_capture"
    received: int = 0
    order: str = ""
    key: str = ""
    held_at: datetime | None = None
    disputed: bool = False

    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": self.amount if self.status == "requires_capture" else 0,
            "amount_received": self.received,
            "currency": self.currency,
            "livemode": False,
            "metadata": {"autobiz_key": self.key, "order": self.order},
            "status": self.status,
        }


@dataclass(slots=True, kw_only=True)
class Refund:
    """A refund as Stripe would keep it."""

    id: str
    payment: str
    amount: int
    refund_id: str
    key: str
    status: str = "succeeded"

    def body(self, currency: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "currency": currency,
            "metadata": {"autobiz_key": self.key, "refund_id": self.refund_id},
            "payment_intent": self.payment,
            "status": self.status,
        }


@dataclass(slots=True)
class StripeMachine:
    """One Stripe account; `payments` may be filled with what was there before.

    With `assumes`, a payment that nobody made here is taken for one made before: held if it is captured or
    voided now, captured if it is refunded. Its id tells its currency and amount.
    """

    assumes: bool = False

    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    findings: Findings = field(default_factory=lambda: Findings("stripe"))
    _keys: KeyBook = field(default_factory=KeyBook)

    def step(self, request: Served) -> None:
        steps: dict[str, Callable[[Served, str], str | None]] = {
            "authorise": self._authorise,
            "capture": self._capture,
            "void": self._void,
            "refund": self._refund,
            "commit_tax": self._commit_tax,
        }
        step = steps.get(request.op)
        if step is None:
            return
        if "_live_" in (request.header("Authorization") or ""):
            self.findings.breach("live_key", f"{request.op} with a live key")
        if not request.accepted:
            return
        key = request.header(KEY_HEADER) or ""
        if not key:
            self.findings.breach("no_key", f"{request.op} without a key")
            return
        match self._keys.standing(request, key):
            case Standing.REPLAY:
                return
            case Standing.OTHER:
                self.findings.breach("key_reused", f"{request.op}: this key stands for another request")
                return
            case Standing.FORGOTTEN:
                self.findings.breach(
                    "key_forgotten", f"{request.op}: sent again after a day, it happens again"
                )
        self._keys.remember(request, key)
        refused = step(request, key)
        if refused is not None:
            self.findings.breach(refused, f"{request.op} {request.path}: the real one would have said no")

    def reads(self) -> Iterator[Stub]:
        for payment in self.payments.values():
            yield _get(f"/v1/payment_intents/{payment.id}", {}, payment.body())
            theirs = [
                each.body(payment.currency) for each in self.refunds.values() if each.payment == payment.id
            ]
            yield _get("/v1/refunds", {"payment_intent": payment.id}, _page("/v1/refunds", theirs))
        everything = [each.body() for each in self.payments.values()]
        yield _get("/v1/payment_intents", {}, _page("/v1/payment_intents", everything))

    def _authorise(self, request: Served, key: str) -> str | None:
        form = _form(request)
        order = form.get("metadata[order]", "")
        held = [
            each
            for each in self.payments.values()
            if order and each.order == order and each.status in ("requires_capture", "succeeded")
        ]
        if held:
            self.findings.breach("order_held_twice", f"order {order} is paid or held already")
        payment = Payment(
            id=f"pi_{form['currency']}_{form['amount']}_{key[8:20]}",
            currency=form["currency"],
            amount=int(form["amount"]),
            order=order,
            key=key,
            held_at=request.at,
        )
        self.payments[payment.id] = payment
        self.findings.happened("authorise", key, payment.id, payment.amount)
        return None

    def _capture(self, request: Served, key: str) -> str | None:
        payment = self._payment(request.path.split("/")[3], "requires_capture")
        if payment is None:
            return "unknown_payment"
        if payment.status == "canceled":
            return "capture_after_void"
        if payment.status != "requires_capture":
            return "captured_twice"
        if payment.held_at and request.at and request.at - payment.held_at >= HOLD:
            return "capture_after_expiry"
        amount = int(_form(request).get("amount_to_capture", payment.amount))
        if amount > payment.amount:
            return "capture_above_hold"
        payment.status, payment.received, payment.key = "succeeded", amount, key
        self.findings.happened("capture", key, payment.id, amount)
        return None

    def _void(self, request: Served, key: str) -> str | None:
        payment = self._payment(request.path.split("/")[3], "requires_capture")
        if payment is None:
            return "unknown_payment"
        if payment.status == "succeeded":
            return "void_after_capture"
        if payment.status == "canceled":
            return "voided_twice"
        payment.status = "canceled"
        self.findings.happened("void", key, payment.id, payment.amount)
        return None

    def _refund(self, request: Served, key: str) -> str | None:
        form = _form(request)
        payment = self._payment(form.get("payment_intent", ""), "succeeded")
        if payment is None:
            return "unknown_payment"
        if payment.status != "succeeded":
            return "refund_before_capture"
        if payment.disputed:
            return "refund_of_disputed"
        amount, given = int(form["amount"]), self.refunded(payment.id)
        refund_id = form.get("metadata[refund_id]", "")
        if amount + given > payment.received:
            return "refund_above_captured"
        twins = [
            each
            for each in self.refunds.values()
            if refund_id
            and (each.payment, each.refund_id) == (payment.id, refund_id)
            and each.status != "failed"
        ]
        if twins:
            self.findings.breach("refunded_twice", f"refund {refund_id} of {payment.id} was given already")
        made = Refund(id=f"re_{key[8:20]}", payment=payment.id, amount=amount, refund_id=refund_id, key=key)
        self.refunds[f"{made.id}/{self.findings.number}"] = made
        self.findings.happened("refund", key, made.id, amount)
        return None

    def _commit_tax(self, request: Served, key: str) -> str | None:
        reference = _form(request).get("reference", "")
        if any(each.op == "commit_tax" and each.ref == reference for each in self.findings.effects):
            return "tax_committed_twice"
        self.findings.happened("commit_tax", key, reference, 0)
        return None

    def refunded(self, payment: str) -> int:
        """Return how much of a payment was given back and still is."""
        return sum(
            each.amount
            for each in self.refunds.values()
            if each.payment == payment and each.status not in ("failed", "canceled")
        )

    def _payment(self, payment_id: str, status: str) -> Payment | None:
        known = self.payments.get(payment_id)
        told = _ID.fullmatch(payment_id)
        if known is None and self.assumes and told is not None:
            amount = int(told[2])
            known = self.payments[payment_id] = Payment(
                id=payment_id,
                currency=told[1],
                amount=amount,
                status=status,
                received=amount if status == "succeeded" else 0,
            )
        return known


def _form(request: Served) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.body).items()}


def _page(url: str, data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data": data, "has_more": False, "url": url}


def _get(path: str, query: dict[str, str], body: dict[str, Any]) -> Stub:
    request: dict[str, Any] = {"method": "GET", "urlPath": path}
    if query:
        request["queryParameters"] = {name: {"equalTo": value} for name, value in query.items()}
    return read_stub("stripe", " ".join((path, *query.values())), request, body)
