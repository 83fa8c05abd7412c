"""What shows that an oracle can pass, fail and be unable to tell: worlds that must get theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from autobiz_oracles import Verdict


class World:
    """The evidence and the question that an oracle is given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs

    def judged_by(self, oracle: Callable[..., Verdict]) -> Verdict:
        return oracle(*self.args, **self.kwargs)

    def __repr__(self) -> str:
        return f"World{self.args}{self.kwargs or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformance:
    """One oracle's worlds; `broken` draws further ones in which it must fail.

    `shaped` counts the leading arguments whose shape is its own, so that anything shapeless there is unknown.
    """

    oracle: Callable[..., Verdict]
    passes: Mapping[str, World]
    fails: Mapping[str, World]
    unknown: Mapping[str, World]
    broken: st.SearchStrategy[World]
    shaped: int = 1
