"""Say what keeps books from being retained at all; a week that may not be moved is told, not raised."""

from autobiz_kernel.errors import KernelError


class RetentionError(KernelError):
    """Weeks or roles with which nothing can be sealed or archived."""
