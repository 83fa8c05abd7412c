"""Tools for the systems outside: one adapter each, over one thin transport."""

from .exchange import Exchange, Rejected
from .stripe import stripe_tools

__all__ = ["Exchange", "Rejected", "stripe_tools"]
