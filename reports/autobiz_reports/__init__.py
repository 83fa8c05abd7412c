"""Render a ledger for a reader; never the data itself."""

__all__: list[str] = []
