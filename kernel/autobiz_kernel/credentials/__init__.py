"""Secrets: each tenant's own, from wherever they are kept, with every access on record."""

from autobiz_kernel.secret import Secret

from .access import Access, AccessFile, OnAccess, Told
from .aws import AwsSecrets
from .local import EnvironmentSecrets, FileSecrets
from .rotating import rotating_tool
from .scoper import STALE_MAX, TTL, Credentials
from .source import AbsentError, CredentialError, ForeignError, Held, Source, SourceError
from .vault import VaultSecrets
from .watching import CredentialMetrics

__all__ = [
    "STALE_MAX",
    "TTL",
    "AbsentError",
    "Access",
    "AccessFile",
    "AwsSecrets",
    "CredentialError",
    "CredentialMetrics",
    "Credentials",
    "EnvironmentSecrets",
    "FileSecrets",
    "ForeignError",
    "Held",
    "OnAccess",
    "Secret",
    "Source",
    "SourceError",
    "Told",
    "VaultSecrets",
    "rotating_tool",
]
