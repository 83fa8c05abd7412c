"""Expectations of what is turned away, and of programs that say so."""

from types import TracebackType
from typing import Generic, TypeVar

from autobiz_oracles.program import Ending, Stream, ended_with, never_said, said
from autobiz_oracles.refusal import refused_with
from autobiz_oracles.verdict import OracleType

from .chain import Chain

__tracebackhide__ = True

E = TypeVar("E", bound=BaseException)


class ExpectRefusal(Chain, Generic[E]):
    """Of the block below it: it is refused. An error of another kind is a failure, and goes on its way."""

    __slots__ = ("_kind_of_error", "_saying", "value")

    value: E

    def __init__(self, kind: type[E] | tuple[type[E], ...], saying: str, where: str) -> None:
        super().__init__(OracleType.SCHEMA, where)
        self._kind_of_error, self._saying = kind, saying

    def __enter__(self) -> "ExpectRefusal[E]":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> bool:
        self._settled = True
        if error is not None and not isinstance(error, self._kind_of_error):
            # A skip or Ctrl-C is nobody's answer.
            if isinstance(error, Exception):
                refused_with(error, self._kind_of_error, self._saying)
            return False
        if error is not None:
            self.value = error
        self._settle(refused_with(error, self._kind_of_error, self._saying))
        return True


class ExpectProgram(Chain):
    """Of a program that has ended."""

    __slots__ = ("_ending",)

    def __init__(self, ending: Ending | None, where: str) -> None:
        super().__init__(OracleType.SCHEMA, where)
        self._ending = ending

    def ended(self, code: int) -> "ExpectProgram":
        return self._settle(ended_with(self._ending, code))

    def said(self, *texts: str, on: Stream | None = None) -> "ExpectProgram":
        return self._settle(said(self._ending, *texts, on=on))

    def never_said(self, *texts: str, on: Stream | None = None) -> "ExpectProgram":
        return self._settle(never_said(self._ending, *texts, on=on))
