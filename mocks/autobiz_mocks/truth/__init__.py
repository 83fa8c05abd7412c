"""Provider truth: what really happened, folded from what was sent."""

from .fold import Effect, Findings, Machine, Truth, Violation, fold
from .stripe import Payment, Refund, StripeMachine

__all__ = [
    "Effect",
    "Findings",
    "Machine",
    "Payment",
    "Refund",
    "StripeMachine",
    "Truth",
    "Violation",
    "fold",
]
