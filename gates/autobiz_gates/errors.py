"""What can go wrong while evidence is read, by whose fault it is.

LedgerError: a ledger that cannot be read as one (missing, foreign, not ours). The caller named the wrong
file or a newer program wrote it; nothing was decided.
"""


class LedgerError(Exception):
    """A ledger cannot be used as evidence; the message says which, where and what to do."""
