"""What can go wrong with signed evidence, by whose fault it is.

EvidenceError: bytes that are not authentic evidence (changed, foreign, signed by somebody else). `where`
names the part, `what` the reason. A verifier turns it into a refusal.
KeyFileError: a key that cannot be made, read or unlocked. The caller named the wrong file or passphrase.
"""


class EvidenceError(Exception):
    """Something that was to be proved is not; the message says where and what."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


class KeyFileError(Exception):
    """A key cannot be used; the message never holds any of it."""
