"""Say what went wrong in the kernel, by whose fault.

KernelError
├── CanonicalError   the caller's value has no canonical form: change the value
├── CallError        a contract, scope or bound is not usable: change the configuration
├── MigrationError   the database and this code disagree: change the deployment
├── RoleError        the database role may do more than an application may: change the deployment
├── RunError         the run is not there, or another worker has it: load it anew
├── StateError       a patch does not fit its state: read the state anew
├── ExportError      a collector does not take what was sent: mend the collector and send again
├── ReplayError      the code asks for other things than the record holds: the run goes to quarantine
├── CompileError     a business is unsafe as it is written: change its file
├── ExpressionError  an expression does not compile: change it
├── ReleaseError     a release is not what somebody trusted has signed: sign it anew
├── RetentionError   nothing can be sealed or archived so: change the options, the folder or the grants
├── CredentialError  a secret is not to be had: see `credentials/source.py` for why
├── PinError         a model or a prompt is not pinned as it is used: change the file of the business
├── DecisionError    a decision about a request does not count: the sentence says why
├── IdentityError    it is not shown who decides: sign, or click as yourself
└── StoreError       the ledger was wired wrongly or broke its promise: change the composition root
"""


class KernelError(Exception):
    """Anything the kernel refuses to go on with."""


class CanonicalError(KernelError):
    """A value has no canonical JSON form."""


class CallError(KernelError):
    """A tool contract, a scope or a bound is not usable."""


class MigrationError(KernelError):
    """The database's schema is not the one this code was written for."""


class RoleError(KernelError):
    """The database role could get around what protects one tenant from another."""


class RunError(KernelError):
    """A run is not there, is over, or belongs to another worker."""


class StateError(KernelError):
    """A state, or a patch of one, is not usable."""


class ExportError(KernelError):
    """What watches from outside did not take what it was sent."""


class ReplayError(KernelError):
    """What is asked for now is not what was asked for when the record was written."""


class StoreError(KernelError):
    """The ledger was given something it cannot be safe with."""
