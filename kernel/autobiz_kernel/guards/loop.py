"""Seventh guard: a run that asks for the same again and again, in turns of any short length, is ended."""

import hashlib

from autobiz_kernel.budget import BoundsConfig
from autobiz_kernel.canonical import canonical
from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.ruling import ALLOW, Asked, Ruling, RunView, deny


def command_digest(asked: Asked, written: bytes, bounds: BoundsConfig) -> bytes:
    """Return what is compared: tool and arguments, without those that always differ and mean nothing."""
    if bounds.ignored_arguments:
        ignored = set(bounds.ignored_arguments)
        kept = {name: value for name, value in asked.arguments.items() if name not in ignored}
        written = canonical(kept, name="arguments")
    return hashlib.sha256(f"{asked.tool}.{asked.operation}\0".encode() + written).digest()


def loop(run: RunView, contract: ToolContract, digest: bytes, bounds: BoundsConfig) -> Ruling:
    """Deny the call that would complete one turn too many; `polling` lists the operations that may repeat."""
    if f"{contract.name}.{contract.operation}" in bounds.polling:
        return ALLOW
    turns = bounds.repeats_max + 1
    for length in range(1, bounds.loop_length_max + 1):
        last = (*run.history[-(turns * length - 1) :], digest) if turns * length > 1 else (digest,)
        if len(last) == turns * length and all(
            last[at] == last[at % length] for at in range(length, len(last))
        ):
            words = f"the same {length} call(s) came {turns} times in a row, {bounds.repeats_max} are allowed"
            return deny(ErrorCode.LOOP_DETECTED, words)
    return ALLOW


def history_length(bounds: BoundsConfig) -> int:
    """Say how many digests a run has to remember."""
    return (bounds.repeats_max + 1) * bounds.loop_length_max
