"""Evidence that other tools wrote: JUnit XML and Allure results become tallies like a ledger's."""

from .evidence import ledgers_among, tallies_from
from .source import SourceKind, recognise

__all__ = [
    "SourceKind",
    "ledgers_among",
    "recognise",
    "tallies_from",
]
