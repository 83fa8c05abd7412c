"""Find the merge patch that leads from one state to another.

It exists because no member of a state is null: results of tools, which may hold nulls, stand in lists of one.
"""

from collections.abc import Mapping
from typing import Any

from autobiz_kernel.contract import Json


def patch_between(before: Json, after: Json) -> dict[str, Any]:
    """Return the patch; applied to `before` it gives `after`."""
    patch: dict[str, Any] = {name: None for name in before if name not in after}
    for name, value in after.items():
        kept = before.get(name)
        if kept is value and name in before:
            # Shared by both, as most of a state is.
            continue
        if isinstance(value, Mapping) and isinstance(kept, Mapping):
            inner = patch_between(kept, value)
            if inner:
                patch[name] = inner
        elif name not in before or kept != value or type(kept) is not type(value):
            patch[name] = value
    return patch
