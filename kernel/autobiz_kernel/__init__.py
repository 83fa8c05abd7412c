"""Run business agents under law: governed calls with exactly-once effects."""

__all__: list[str] = []
