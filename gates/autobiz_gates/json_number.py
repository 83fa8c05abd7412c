"""A number out of a JSON file, by file and pointer; whatever is not plainly a number is refused."""

import json
from pathlib import Path
from sys import float_info
from typing import Any

FILE_BYTES_MAX = 100_000_000


class NumberError(ValueError):
    """There is no number to judge; the message says which file, which place, and what stands there."""


def read_number(root: Path, file: str, pointer: str) -> float:
    """Return the number at an RFC 6901 pointer."""
    value = _at(_document(root / file, file), file, pointer)
    # JSON has no NaN, but Python's reader would take one; true is not 1 here; no float is larger than max.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= float_info.max:
        raise NumberError(f"{file}#{pointer} is {json.dumps(value)[:60]}, not a number")
    return float(value)


def _document(path: Path, file: str) -> Any:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise NumberError(f"{file} is larger than {FILE_BYTES_MAX} bytes")
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise NumberError(f"{file} does not exist") from None
    except OSError as error:
        raise NumberError(f"{file} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, NumberError):
            raise
        raise NumberError(f"{file} is not JSON: {error}") from None


def _at(document: Any, file: str, pointer: str) -> Any:
    value = document
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            raise NumberError(f"{file}#{pointer}: there is no {key!r}")
    return value
