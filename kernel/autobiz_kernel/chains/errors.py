"""Say what cannot be chained, anchored or read at all; what was tampered with is a flaw, not an error."""

from autobiz_kernel.errors import KernelError


class ChainError(KernelError):
    """A row, an anchor or an anchor file that nothing can be built upon."""
