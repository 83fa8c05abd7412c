"""Exceptions for single cases, each with a reason and a last day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

from .fields import Complaints, day, tables, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A case that may be broken for a stated reason, up to and including its last day."""

    case: str
    reason: str
    expires: date

    def counts_on(self, today: date) -> bool:
        return today <= self.expires


WAIVERS: Final = tables(
    "waivers",
    "Cases that may be broken for now; their failures still count in the bound.",
    (
        text("case", "the id of the case", required=True, nul=True),
        text("reason", "why it may be broken, in a sentence", required=True),
        day("expires", "the last day on which it counts", required=True),
    ),
    Waiver,
)


def check_waivers(waivers: tuple[Waiver, ...], complaints: Complaints) -> None:
    """Complain about a case waived twice, since two last days would be a puzzle."""
    for case, times in Counter(waiver.case for waiver in waivers).items():
        if times > 1:
            complaints.say(("waivers",), f"name the case {case!r} {times} times; keep one")
