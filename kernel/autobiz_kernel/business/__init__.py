"""A business as one file: its form, its checks, its frozen and signed result."""

from .compiling import Compiled, CompileError, compile_business
from .complaint import CompileCode, Complaint
from .file import BusinessFile
from .law import rule_scope
from .policy import people_of, policy_of, question_of
from .reading import read_text

__all__ = [
    "BusinessFile",
    "CompileCode",
    "CompileError",
    "Compiled",
    "Complaint",
    "compile_business",
    "people_of",
    "policy_of",
    "question_of",
    "read_text",
    "rule_scope",
]
