"""Find out how far a model's judgement can be trusted, from examples that people have labelled."""

from collections.abc import Sequence
from dataclasses import dataclass

from .rubric import Rubric
from .vote import Judge, Vote, majority, votes_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text, and whether people found that it passes."""

    text: str
    passes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How often model and people said which; `pass_fail` is the model's pass on what people fail."""

    rubric: Rubric
    pass_pass: int
    pass_fail: int
    fail_pass: int
    fail_fail: int
    abstained: int

    @property
    def judged(self) -> int:
        return self.pass_pass + self.pass_fail + self.fail_pass + self.fail_fail

    @property
    def examples(self) -> int:
        return self.judged + self.abstained

    @property
    def agreement(self) -> float:
        """The share of all examples on which both say the same; to abstain is not to agree."""
        return (self.pass_pass + self.fail_fail) / self.examples if self.examples else 0.0

    @property
    def kappa(self) -> float:
        """Cohen's kappa over what was judged: the agreement beyond that of two coins of the same leanings."""
        count = self.judged
        if not count:
            return 0.0
        said, true = self.pass_pass + self.pass_fail, self.pass_pass + self.fail_pass
        by_chance = (said * true + (count - said) * (count - true)) / count**2
        # Where all are of one kind, agreement shows nothing.
        return (
            0.0
            if by_chance == 1.0
            else ((self.pass_pass + self.fail_fail) / count - by_chance) / (1 - by_chance)
        )

    @property
    def bias(self) -> float:
        """By how much more often the model passes than people do; negative if it is the stricter one."""
        return (self.pass_fail - self.fail_pass) / self.judged if self.judged else 0.0

    @property
    def obstacle(self) -> str:
        """Why this model may not gate by this rubric; empty if it may."""
        if self.examples < self.rubric.examples_min:
            return f"calibrated on {self.examples} examples, and {self.rubric.examples_min} are needed"
        if self.kappa < self.rubric.kappa_min:
            return f"kappa {self.kappa:.2f} is below the floor of {self.rubric.kappa_min:.2f}"
        if 2 * self.abstained > self.examples:
            return f"abstained on {self.abstained} of {self.examples} examples"
        return ""


def calibrate(judge: Judge, rubric: Rubric, examples: Sequence[Example]) -> Calibration:
    """Let the model judge every example as it would judge a trial."""
    said = [(majority(votes_on(one.text, rubric, judge)), one.passes) for one in examples]
    return Calibration(
        rubric=rubric,
        pass_pass=said.count((Vote.PASS, True)),
        pass_fail=said.count((Vote.PASS, False)),
        fail_pass=said.count((Vote.FAIL, True)),
        fail_fail=said.count((Vote.FAIL, False)),
        abstained=sum(vote is Vote.ABSTAIN for vote, _ in said),
    )
