"""Shopify: the orders of one shop, over its GraphQL interface."""

from .contact import contact_of
from .tools import shopify_tools

__all__ = ["contact_of", "shopify_tools"]
