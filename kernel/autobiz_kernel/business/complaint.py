"""What is wrong with a configuration: a code that stays, a place and a sentence."""

from dataclasses import dataclass
from enum import StrEnum


class CompileCode(StrEnum):
    """Why a configuration does not compile; the words after each are its row in the documentation."""

    FILE = "FILE"  # the file is not YAML, or says a thing twice
    SHAPE = "SHAPE"  # a part is missing, unknown or of the wrong kind
    TOOL = "CC-01"  # a tool is not in the registry in that version, or its contract is another one
    BOUNDS = "CC-02"  # a workflow lacks a bound
    SCOPE = "CC-03"  # a workflow's principal has no scope for a tool that it uses
    FINANCIAL = "CC-04"  # a FINANCIAL tool lacks a rule for approval by a person, or might approve itself
    UNREACHABLE = "CC-05"  # a step that no way leads to
    CYCLE = "CC-06"  # a cycle of which no step says how often it may be visited
    UNDO = "CC-07"  # an effect that says neither how it is undone nor why it need not be
    ARGUMENTS = "CC-08"  # arguments that cannot satisfy the schema
    EXPRESSION = "CC-09"  # an expression that does not compile, or a condition that is no condition
    DOUBT = "CC-10"  # an error path that goes on to a good end while the effect may yet have happened
    NAME = "CC-11"  # something is named that is not there
    VALUE = "CC-12"  # a result is used where it is not there on every way
    RECURSION = "CC-13"  # a workflow that runs itself
    PEOPLE = "CC-14"  # a rule that nobody, or too few people, could satisfy
    ENDLESS = "CC-15"  # a step from which no end can be reached
    PIN = "CC-16"  # a model that cannot be pinned as it is written, or whose prompt or price is not there


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Complaint:
    """One thing that is wrong."""

    line: int
    code: CompileCode
    where: str
    words: str

    def told(self, file: str) -> str:
        """Say it as compilers do."""
        return f"{file}:{self.line}: {self.code.value} {self.where}: {self.words}"
