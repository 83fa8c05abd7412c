"""Say what went wrong in the kernel, by whose fault.

KernelError
├── CanonicalError   the caller's value has no canonical form: change the value
├── CallError        the caller's arguments or tool contract cannot make a call: change them
├── MigrationError   the database and this code disagree: change the deployment
└── StoreError       the store was wired wrongly: change the composition root
"""


class KernelError(Exception):
    """Anything the kernel refuses to go on with."""


class CanonicalError(KernelError):
    """A value has no canonical JSON form."""


class CallError(KernelError):
    """A tool contract or the arguments of a call are not usable."""


class MigrationError(KernelError):
    """The database's migrations are not the ones this code was written for."""


class StoreError(KernelError):
    """The effect store was given something it cannot be safe with."""
