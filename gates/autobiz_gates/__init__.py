"""Judge evidence: trial entries, statistics, gates and their decisions."""

__all__: list[str] = []
