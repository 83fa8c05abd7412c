"""Third guard: only a tool that the run's configuration pins, in that version and that spelling."""

from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.ruling import Asked, Policy, Ruling, deny


def resolve(asked: Asked, policy: Policy) -> ToolContract | Ruling:
    """Find the contract; nothing is trimmed, folded or guessed."""
    contract = policy.contracts.get((asked.tool, asked.operation, asked.version))
    if contract is None:
        return deny(ErrorCode.UNKNOWN_TOOL, "no tool of this name, operation and version is configured")
    return contract
