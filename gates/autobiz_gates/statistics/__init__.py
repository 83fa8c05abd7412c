"""Statistics of deploy decisions, one concept a module."""

__all__: list[str] = []
