"""A business as one file: its form, its checks, its frozen and signed result."""

from .compiling import Compiled, CompileError, compile_business
from .complaint import CompileCode, Complaint
from .file import BusinessFile
from .law import rule_scope
from .policy import people_of, policy_of, question_of
from .reading import read_text
from .release import ReleaseError, open_release, release_of

__all__ = [
    "BusinessFile",
    "CompileCode",
    "CompileError",
    "Compiled",
    "Complaint",
    "ReleaseError",
    "compile_business",
    "open_release",
    "people_of",
    "policy_of",
    "question_of",
    "read_text",
    "release_of",
    "rule_scope",
]
