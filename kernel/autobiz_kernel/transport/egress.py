"""The last look at what is about to leave. What it once refuses stays refused: nothing leaves after that."""

import re
from typing import Final

from .accounts import PRINTFUL, PROVIDERS, Account, SandboxAccount
from .errors import ForbiddenEgressError
from .values import Outgoing

# Printful's keys have no form of their own; looking for them in a text would find any long word.
_LIVE: Final = re.compile(
    "|".join(rf"(?<![\w-])(?:{each.live_key.pattern})" for each in PROVIDERS if each is not PRINTFUL)
)


class Egress:
    """The one door of a process; every transport goes through it.

    A refusal is sticky: whoever swallows it meets it again at the next request, whatever that is, and a
    harness reads it from `refused` when a test ends.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def let_pass(self, account: Account, outgoing: Outgoing) -> None:
        """Return if this may leave."""
        if self.refused:
            raise ForbiddenEgressError(f"nothing leaves any more, since {self.refused[0]}")
        if isinstance(account, SandboxAccount):
            texts = (outgoing.path, *outgoing.headers.values(), outgoing.body.decode("utf-8", "replace"))
            if any(_LIVE.search(text) for text in texts):
                self.refuse(f"{account.provider.name}: a request of a sandbox account holds a live key")

    def refuse(self, words: str) -> None:
        """Refuse something, and everything after it."""
        self.refused.append(words)
        raise ForbiddenEgressError(words)
