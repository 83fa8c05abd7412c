"""How the stand-ins write what they make up: digits cut from a key, and answers to questions."""

import json
from typing import Any, Final

from autobiz_mocks.stubs import Stub

_DIGITS: Final = str.maketrans("abcdef", "123456")


def digits(hexadecimal: str) -> str:
    """Return the digits that a stub's template makes of this part of a key."""
    return hexadecimal.translate(_DIGITS)


def read_stub(
    provider: str, name: str, request: dict[str, Any], body: Any, *, status: int = 200, priority: int = 5
) -> Stub:
    """Return a stub that answers one question with what is true now."""
    return {
        "name": f"{provider} {name}",
        "priority": priority,
        "request": request,
        "response": {
            "status": status,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(body),
        },
        "metadata": {"provider": provider, "op": "read", "effect": "read"},
    }
