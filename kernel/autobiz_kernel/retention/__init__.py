"""Keep books for years: seal the weeks that are over, and move the old ones into files that can be proven."""

from .command import archive_commands, retain_command
from .errors import RetentionError
from .retaining import Move, Step, retain
from .verifying import verify_archive
from .weeks import Ages, Partition, Tier, tier_due

__all__ = [
    "Ages",
    "Move",
    "Partition",
    "RetentionError",
    "Step",
    "Tier",
    "archive_commands",
    "retain",
    "retain_command",
    "tier_due",
    "verify_archive",
]
