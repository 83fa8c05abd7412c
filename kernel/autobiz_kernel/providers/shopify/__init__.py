"""Shopify: the orders of one shop, over its GraphQL interface."""

from .tools import shopify_tools

__all__ = ["shopify_tools"]
