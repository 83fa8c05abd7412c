"""Judge evidence with typed oracles that answer pass, fail or unknown."""

__all__: list[str] = []
