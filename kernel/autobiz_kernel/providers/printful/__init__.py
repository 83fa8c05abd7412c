"""Printful: the orders of one store that prints and sends."""

from .tools import printful_tools

__all__ = ["printful_tools"]
