"""Recorded exchanges with language models: replayed by digest, recorded clean, checked for age and honesty."""

from .checking import AGE_DAYS_MAX, CassetteFile, cassettes_in, examined, prompt_sha256
from .errors import CassetteError
from .recording import Provenance, recording
from .replaying import IndexedCassette, replaying, variant
from .scripts import Script, record, script_of

__all__ = [
    "AGE_DAYS_MAX",
    "CassetteError",
    "CassetteFile",
    "IndexedCassette",
    "Provenance",
    "Script",
    "cassettes_in",
    "examined",
    "prompt_sha256",
    "record",
    "recording",
    "replaying",
    "script_of",
    "variant",
]
