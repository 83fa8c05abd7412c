"""One circuit, as pure functions from one standing to the next; the script in Valkey does the same."""

from dataclasses import dataclass, replace
from enum import StrEnum


class CircuitState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"  # all of them
    OPEN = "open"  # none
    HALF_OPEN = "half_open"  # one, to see


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitRule:
    """After how many failures in a row a circuit opens, for how long, and how long a probe may take."""

    failures_max: int = 5
    open_ms: int = 30_000
    probe_ms: int = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """How a circuit stands; `token` is the number of the last probe, `until_ms` ends what is not closed."""

    state: CircuitState = CircuitState.CLOSED
    failures: int = 0
    until_ms: int = 0
    token: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The answer to who wants to call: whether they may, as which probe, or when to ask again.

    `is_alone` says that it goes by what this process has seen, because the shared circuit is not to be had.
    """

    is_given: bool
    token: int = 0
    until_ms: int = 0
    is_alone: bool = False


def may(circuit: Circuit, rule: CircuitRule, *, now_ms: int) -> tuple[Circuit, Permit]:
    """Ask for a call. Of those who ask when the time is over one is the probe; if it is lost, another."""
    if circuit.state is CircuitState.CLOSED:
        return circuit, Permit(is_given=True)
    if now_ms < circuit.until_ms:
        return circuit, Permit(is_given=False, until_ms=circuit.until_ms)
    token = circuit.token + 1
    probing = replace(circuit, state=CircuitState.HALF_OPEN, until_ms=now_ms + rule.probe_ms, token=token)
    return probing, Permit(is_given=True, token=token)


def told(circuit: Circuit, rule: CircuitRule, *, now_ms: int, token: int, is_well: bool) -> Circuit:
    """Take in how a call has ended; of a circuit that is not closed only its own probe is heard."""
    if circuit.state is CircuitState.CLOSED:
        failures = 0 if is_well else circuit.failures + 1
        if failures < rule.failures_max:
            return replace(circuit, failures=failures)
    elif circuit.state is CircuitState.OPEN or token != circuit.token:
        return circuit
    elif is_well:
        return replace(circuit, state=CircuitState.CLOSED, failures=0, until_ms=0)
    return replace(circuit, state=CircuitState.OPEN, failures=0, until_ms=now_ms + rule.open_ms)


def reset(circuit: Circuit) -> Circuit:
    """Close a circuit on somebody's word; a probe that is under way is heard no more."""
    return Circuit(token=circuit.token + 1)
