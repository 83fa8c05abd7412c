"""Quarantine files for tests, with everything filled in that a test does not care about."""

from datetime import date, timedelta


def quarantine_text(case: str, *, opened: date, days: int = 7, priority: str = "P1") -> str:
    return f"""
[[quarantine]]
case = {case!r}
owner = "ann"
ticket = "OPS-1"
reason = "The provider's sandbox times out."
evidence = "runs of 1 January"
cause = "infra"
priority = "{priority}"
opened = {opened}
expires = {opened + timedelta(days=days)}
"""
