"""What a caller learns of a call."""

from datetime import datetime

import msgspec

from .claims import ClaimOutcome
from .codes import ErrorCode
from .contract import Json


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome and, where there is one, the result.

    CLAIMED says that this very call ran the tool, REPLAY that an earlier one did; a code says that the call
    ended otherwise, and `reason` says why without repeating a value of the call. `retry_at` says when asking
    again can bring news. The result of a REFUSED call is the provider's own words.
    """

    outcome: ClaimOutcome | ErrorCode
    external_key: str = ""
    result: Json | None = None
    retry_at: datetime | None = None
    reason: str = ""

    @property
    def code(self) -> ErrorCode | None:
        """The code of a call that did not end with its result."""
        return self.outcome if isinstance(self.outcome, ErrorCode) else None
