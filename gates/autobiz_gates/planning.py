"""How many cases and runs does a gate need, and how often would it decide wrongly?"""

from dataclasses import asdict, dataclass
from typing import Any, Final

from .kinds.p1 import CASES_MIN_DEFAULT, PROFILES
from .statistics import (
    StatisticsError,
    allowed_failed_runs_case_unit,
    allowed_failures,
    chance_of_opening,
    min_cases,
    min_trials,
)

CASES_MAX: Final = 3000
_AGREEMENTS: Final = tuple(step / 20 for step in range(21))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A size of suite and its chances. `cases` is None where no suite up to the limit is enough."""

    floor: float
    true_rate: float
    profile: str
    confidence: float
    sided: int
    runs: int
    icc: float
    power: float
    cases_least: int
    cases: int | None
    trials: int | None
    allowed_failures: int | None
    chance_open: float
    false_block: float
    false_pass: float
    false_pass_worst: float
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, keys always in this order."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What a profile asks of a suite of some size, as numbers alone."""

    floor: float
    profile: str
    confidence: float
    sided: int
    runs: int
    cases_min: int

    def __post_init__(self) -> None:
        if self.runs < 1:
            raise StatisticsError(f"runs must be at least 1, not {self.runs}")

    def allowed(self, cases: int) -> int:
        if cases < self.cases_min:
            return -1
        if self.profile == "strict":
            allowance = allowed_failed_runs_case_unit(
                cases, self.runs, self.floor, self.confidence, self.sided
            )
            return allowance["max_failed_runs"]
        return allowed_failures(cases * self.runs, self.floor, self.confidence, self.sided)

    def cases_for(self, failures: int) -> int:
        """Return the fewest cases in which so many runs may fail."""
        if self.profile == "strict":
            needed = min_cases(failures / self.runs, self.floor, self.confidence, self.sided)
        else:
            needed = -(-min_trials(failures, self.floor, self.confidence, self.sided) // self.runs)
        return max(self.cases_min, needed)

    def chance(self, cases: int, true_rate: float, icc: float) -> float:
        most = self.runs // 2 if self.profile == "default" else None
        return chance_of_opening(cases, self.runs, self.allowed(cases), true_rate, icc, most)


def plan(
    floor: float,
    true_rate: float,
    *,
    cases: int | None = None,
    runs: int = 3,
    profile: str = "default",
    confidence: float = 0.95,
    sided: int | None = None,
    cases_min: int | None = None,
    icc: float = 0.0,
    power: float = 0.9,
) -> Plan:
    """Return the smallest suite that a subject of this true rate opens with the wanted power.

    With `cases` given, that suite is judged instead. The true rate is a mean over cases; `icc` says how
    much the runs of one case agree. All chances are exact for beta-distributed case rates.
    """
    if profile not in PROFILES:
        raise StatisticsError(f"profile must be one of {', '.join(PROFILES)}, not {profile!r}")
    rule = _Rule(
        floor=floor,
        profile=profile,
        confidence=confidence,
        sided=sided if sided is not None else 1 if profile == "strict" else 2,
        runs=runs,
        cases_min=cases_min if cases_min is not None else CASES_MIN_DEFAULT if profile == "default" else 1,
    )
    least = rule.cases_for(0)
    size = cases if cases is not None else _smallest(rule, true_rate, icc, power)
    judged = size if size is not None else least
    chance = rule.chance(judged, true_rate, icc)
    worst = max(rule.chance(judged, floor, agreement) for agreement in _AGREEMENTS)
    return Plan(
        floor=floor,
        true_rate=true_rate,
        profile=profile,
        confidence=confidence,
        sided=rule.sided,
        runs=runs,
        icc=icc,
        power=power,
        cases_least=least,
        cases=size,
        trials=size * runs if size is not None else None,
        allowed_failures=rule.allowed(size) if size is not None else None,
        chance_open=chance,
        false_block=1.0 - chance,
        false_pass=rule.chance(judged, floor, icc),
        false_pass_worst=worst,
        reason=_sentence(rule, true_rate, power, size, chance, worst),
    )


def _smallest(rule: _Rule, true_rate: float, icc: float, power: float) -> int | None:
    """Return the fewest cases with the power; the chance only rises where one more failure is allowed."""
    if not 0.0 < power < 1.0:
        raise StatisticsError(f"power must lie strictly between 0 and 1, not {power!r}")
    if true_rate <= rule.floor:
        return None
    failures = 0
    while (cases := rule.cases_for(failures)) <= CASES_MAX:
        if rule.chance(cases, true_rate, icc) >= power:
            return cases
        failures = max(failures, rule.allowed(cases)) + 1
    return None


def _sentence(
    rule: _Rule, true_rate: float, power: float, size: int | None, chance: float, worst: float
) -> str:
    if size is None and true_rate <= rule.floor:
        return f"A true rate of {true_rate:g} is not above the floor {rule.floor:g}: the gate is to stop it."
    if size is None:
        return (
            f"No suite of up to {CASES_MAX} cases opens for a true rate of {true_rate:g} "
            f"with chance {power:g}; lower the floor, or try another profile."
        )
    allowed = rule.allowed(size)
    if allowed < 0:
        return f"{size} cases x {rule.runs} runs cannot open the gate: it needs {rule.cases_for(0)} cases."
    return (
        f"{size} cases x {rule.runs} runs, of which {allowed} may fail: a true rate of {true_rate:g} "
        f"opens the gate with chance {chance:.3f}, one on the floor {rule.floor:g} with at most {worst:.3f}."
    )
