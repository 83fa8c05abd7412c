"""Stripe: hold, take, let go, give back, tax; money in smallest units on this side of the edge."""

from .tools import stripe_tools

__all__ = ["stripe_tools"]
