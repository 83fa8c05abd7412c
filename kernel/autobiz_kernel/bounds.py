"""Keep a run's account: what it may use, what it has used, and what it has set aside for calls under way.

Pure values: whoever holds the run replaces its account by the new one, under the lock or version that
protects the run. A call pays before anything is looked at, so one that is denied or invalid has paid too.
Steps and calls are paid beforehand. Tokens and cost are known only afterwards: the most that a call can use
is set aside first, and what it did use is settled.
"""

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from .errors import CallError

CAP_MAX = 2**53 - 1


class Cap(StrEnum):
    """What can end a run; the value is the reason that is written down."""

    STEPS = "MAX_STEPS"
    TOOL_CALLS = "MAX_TOOL_CALLS"
    TOKENS = "MAX_TOKENS"
    COST = "MAX_COST"
    TIME = "MAX_TIME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Amounts of everything that has a cap; time is that in which a worker held the run."""

    steps: int = 0
    tool_calls: int = 0
    tokens: int = 0
    cost_micros: int = 0
    wall_ms: int = 0

    def __post_init__(self) -> None:
        _refuse("usage", self, least=0)

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in _AMOUNTS})

    def less(self, other: "Usage") -> "Usage":
        """Return what is left when the other is taken away."""
        return Usage(**{name: getattr(self, name) - getattr(other, name) for name in _AMOUNTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most of everything; there is no way to say "unlimited"."""

    steps_max: int
    tool_calls_max: int
    tokens_max: int
    cost_micros_max: int
    wall_ms_max: int

    def __post_init__(self) -> None:
        _refuse("bounds", self, least=1)


_AMOUNTS = tuple(each.name for each in fields(Usage))
_CAP_OF = {
    "steps": Cap.STEPS,
    "tool_calls": Cap.TOOL_CALLS,
    "tokens": Cap.TOKENS,
    "cost_micros": Cap.COST,
    "wall_ms": Cap.TIME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A run's books. They are stored with the run, so a run that is resumed goes on where it stood."""

    caps: Caps
    used: Usage = field(default_factory=Usage)
    set_aside: Usage = field(default_factory=Usage)

    def left(self, amount: str) -> int:
        """Return how much of an amount nobody has used or set aside."""
        most: int = getattr(self.caps, f"{amount}_max")
        return most - int(getattr(self.used, amount)) - int(getattr(self.set_aside, amount))

    def crossed(self) -> Cap | None:
        """Return the first cap that lies behind the run; exactly at a cap none does."""
        for amount, cap in _CAP_OF.items():
            if getattr(self.used, amount) > getattr(self.caps, f"{amount}_max"):
                return cap
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """The new account, and the cap that stands in the way; with a cap the call must not be made."""

    account: Account
    cap: Cap | None


def charge(account: Account, *, steps: int = 1, tool_calls: int = 1, most: Usage | None = None) -> Charged:
    """Pay for a call that is about to be judged, and set aside the most that it can use.

    What cannot be paid is not taken: the account stays, and its cap ends the run.
    """
    set_aside = most or Usage()
    wanted = Usage(steps=steps, tool_calls=tool_calls)
    behind = account.crossed()
    if behind is not None:
        return Charged(account=account, cap=behind)
    together = wanted + set_aside
    for amount, cap in _CAP_OF.items():
        if getattr(together, amount) > account.left(amount):
            return Charged(account=account, cap=cap)
    paid = replace(account, used=account.used + wanted, set_aside=account.set_aside + set_aside)
    return Charged(account=paid, cap=None)


def settle(account: Account, *, most: Usage, actual: Usage) -> Charged:
    """Give back what was set aside for a call and write down what it used, also where that is more."""
    try:
        set_aside = account.set_aside.less(most)
    except CallError as error:
        raise CallError("bounds: more is given back than was set aside; settle each call once") from error
    settled = replace(account, used=account.used + actual, set_aside=set_aside)
    return Charged(account=settled, cap=settled.crossed())


def time_passed(account: Account, *, from_ms: int, to_ms: int) -> Charged:
    """Write down the time between two looks at a monotonic clock; one that went back has passed no time."""
    passed = max(0, to_ms - from_ms)
    later = replace(account, used=account.used + Usage(wall_ms=passed))
    return Charged(account=later, cap=later.crossed())


def _refuse(what: str, value: Usage | Caps, *, least: int) -> None:
    spoiled = [
        f"{each.name} is {getattr(value, each.name)!r}"
        for each in fields(value)
        if type(getattr(value, each.name)) is not int or not least <= getattr(value, each.name) <= CAP_MAX
    ]
    if spoiled:
        raise CallError(f"{what}: {', '.join(spoiled)}; give whole numbers from {least} to {CAP_MAX}")
