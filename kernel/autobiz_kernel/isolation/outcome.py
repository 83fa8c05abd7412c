"""Say how an isolated tool ended; a closed set, so that a caller can decide for each."""

from dataclasses import dataclass
from enum import StrEnum

from autobiz_kernel.canonical import JsonValue


class IsolatedOutcome(StrEnum):
    """Every end that a process can come to."""

    DONE = "done"
    REFUSED = "refused"  # the tool returned a definitive no
    NOTHING = "nothing"  # the tool says that nothing happened
    RAISED = "raised"  # the tool raised
    NOT_FOUND = "not_found"  # there is no such function to call
    NOT_JSON = "not_json"  # the tool returned what no JSON can say
    DEADLINE = "deadline"  # it was killed at its deadline
    TOO_LARGE = "too_large"  # it was killed while it said more than it may
    SIGNALLED = "signalled"  # it died by a signal that we did not send
    SILENT = "silent"  # it ended without an answer
    GARBAGE = "garbage"  # its answer cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolated:
    """The outcome, the result if it is DONE or REFUSED, and otherwise a sentence of what happened.

    The sentence of RAISED holds what the tool's exception says: redact it before it is stored.
    """

    outcome: IsolatedOutcome
    result: JsonValue = None
    says: str = ""
