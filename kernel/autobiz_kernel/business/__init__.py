"""A business as one file: its form, its checks, its frozen and signed result."""

from .compiling import Compiled, CompileError, compile_business
from .complaint import CompileCode, Complaint
from .file import BusinessFile, ModelEntry
from .law import rule_scope
from .pinning import PIN_APIS, Shelf, faults_of_pins, version_of_pin
from .policy import people_of, policy_of, question_of
from .reading import read_text
from .release import ReleaseError, open_release, release_of

__all__ = [
    "PIN_APIS",
    "BusinessFile",
    "CompileCode",
    "CompileError",
    "Compiled",
    "Complaint",
    "ModelEntry",
    "ReleaseError",
    "Shelf",
    "compile_business",
    "faults_of_pins",
    "open_release",
    "people_of",
    "policy_of",
    "question_of",
    "read_text",
    "release_of",
    "rule_scope",
    "version_of_pin",
]
