"""One answer of a model that was asked to judge."""

from enum import StrEnum
from typing import Protocol

from .rubric import Rubric


class Vote(StrEnum):
    """A model may say that it cannot tell; whatever else it says counts as that."""

    PASS = "pass"  # noqa: S105  # a word of the trade, not a secret
    FAIL = "fail"
    ABSTAIN = "abstain"


class Judge(Protocol):
    """Whatever answers a prompt; `number` tells the votes on one text apart."""

    def answer(self, prompt: str, *, number: int) -> str: ...


def votes_on(text: str, rubric: Rubric, judge: Judge) -> tuple[Vote, ...]:
    """Ask as often as the rubric says."""
    prompt = rubric.prompt(text)
    return tuple(_vote_of(judge.answer(prompt, number=number)) for number in range(1, rubric.votes + 1))


def majority(votes: tuple[Vote, ...]) -> Vote:
    """What more than half of all votes say; abstentions are votes, so a silent half decides nothing."""
    for vote in (Vote.PASS, Vote.FAIL):
        if 2 * votes.count(vote) > len(votes):
            return vote
    return Vote.ABSTAIN


def _vote_of(answer: str) -> Vote:
    word = answer.strip().strip(".!\"'").lower()
    return Vote(word) if word in set(Vote) else Vote.ABSTAIN
