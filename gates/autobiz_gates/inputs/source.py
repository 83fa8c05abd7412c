"""Recognise what a path holds, by looking at it; a name alone is not believed."""

from enum import StrEnum
from pathlib import Path

from .allure import PATTERN
from .reading import refusal

_HEAD_BYTES = 512


class SourceKind(StrEnum):
    """What evidence can be read from."""

    LEDGER = "ledger"
    JUNIT = "JUnit XML"
    ALLURE = "Allure results"


def recognise(path: Path) -> SourceKind:
    """The kind of evidence at this path; what is not there, or is several things, raises."""
    try:
        if path.is_dir():
            return _of_folder(path)
        if not path.exists():
            raise refusal(path, None, "no such ledger, JUnit XML file or folder of results.")
        if not path.is_file():
            raise refusal(path, None, "is not a regular file.")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise refusal(path, None, f"cannot be read: {error.strerror or error}.") from None
    # A UTF-16 report begins with its byte order mark; every other XML with a bracket.
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if path.suffix != ".jsonl" and (text.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<"))):
        return SourceKind.JUNIT
    if path.name.endswith(PATTERN.removeprefix("*")):
        raise refusal(path, None, "is one Allure result; name the folder it lies in.")
    return SourceKind.LEDGER


def junit_files(path: Path) -> list[Path]:
    """The reports at a path that was recognised as JUnit XML."""
    return sorted(path.glob("*.xml")) if path.is_dir() else [path]


def _of_folder(folder: Path) -> SourceKind:
    held = [
        kind
        for kind, found in (
            (SourceKind.LEDGER, next(folder.rglob("*.jsonl"), None)),
            (SourceKind.ALLURE, next(folder.glob(PATTERN), None)),
            (SourceKind.JUNIT, next(folder.glob("*.xml"), None)),
        )
        if found is not None
    ]
    if len(held) > 1 and held != [SourceKind.ALLURE, SourceKind.JUNIT]:
        raise refusal(folder, None, f"holds {' and '.join(held)}; name the one that is meant.")
    if not held:
        words = f"no ledger (*.jsonl) in this folder, no JUnit XML (*.xml), no Allure result ({PATTERN})."
        raise refusal(folder, None, words)
    return held[0]
