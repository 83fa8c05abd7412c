"""Say what cannot be chained, anchored or read at all; what was tampered with is a flaw, not an error.

ChainError
└── OvertakenError   somebody else has signed meanwhile: sign again
"""

from autobiz_kernel.errors import KernelError


class ChainError(KernelError):
    """A row, an anchor or an anchor file that nothing can be built upon."""


class OvertakenError(ChainError):
    """An anchor that continues another one than the file's last."""
