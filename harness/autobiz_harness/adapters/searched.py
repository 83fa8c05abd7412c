"""All that a trial has stored and sent, as bytes to search: no member of a record is left out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass


def searched_places(**records: Sequence[object] | None) -> dict[str, str | None]:
    """Each record of each named row, such as `receipts=...` and `journal=...`, as text under its own name.

    A row that was not read stays in the answer as a place nobody has looked at. A row without records is one
    empty place.
    """
    places: dict[str, str | None] = {}
    for name, row in records.items():
        if row is None:
            places[name] = None
        else:
            places.update(
                {f"{name}[{number}]": _text_of(record) for number, record in enumerate(row)} or {name: ""}
            )
    return places


def _text_of(record: object) -> str:
    return json.dumps(_plain(record), ensure_ascii=False, default=str)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, bytes | bytearray | memoryview):
        # One sign a byte, so that whatever is readable in it stays readable.
        return bytes(value).decode("latin-1")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
