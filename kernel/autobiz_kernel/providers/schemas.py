"""Write the schemas of arguments and results: every object is closed, every text has an end."""

from typing import Any, Final

from autobiz_kernel.contract import Json

# Longer than a transport's own patience, so that it is the transport that says how an exchange went.
TIMEOUT_MS: Final = 20_000
# No provider takes more in one movement; in the currency's smallest unit.
AMOUNT_MAX: Final = 99_999_999
CURRENCY: Final[Json] = {"type": "string", "pattern": "^[A-Z]{3}$"}
AMOUNT: Final[Json] = {"type": "integer", "minimum": 1, "maximum": AMOUNT_MAX}
COUNT: Final[Json] = {"type": "integer", "minimum": 0}
TEXT: Final[Json] = {"type": "string"}
FLAG: Final[Json] = {"type": "boolean"}


def identifier(pattern: str = "[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}") -> Json:
    """An id, whole; it ends up in a path, so it holds nothing that means something there."""
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def words(most: int) -> Json:
    """A text for people."""
    return {"type": "string", "minLength": 1, "maxLength": most}


def one_of(*choices: str) -> Json:
    return {"type": "string", "enum": list(choices)}


def many(of: Json, *, most: int) -> Json:
    return {"type": "array", "items": of, "minItems": 1, "maxItems": most}


def closed(required: dict[str, Json], optional: dict[str, Json] | None = None) -> Json:
    """An object with these members and no others."""
    properties: dict[str, Any] = {**required, **(optional or {})}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
