"""Read a directory of Allure results, one file an attempt."""

from operator import attrgetter
from pathlib import Path

import msgspec

from .reading import Reading, reading_of, refusal

FILE_BYTES_MAX = 16 * 1024 * 1024
PATTERN = "*-result.json"
_OUTCOMES = {"passed": "pass", "failed": "fail", "broken": "unknown", "skipped": "skip", "unknown": "unknown"}
_FACTS = {"testId": "test_id", "as_id": "test_id"}


class _Label(msgspec.Struct, frozen=True):
    name: str | None = None
    value: str | int | float | bool | None = None


class _Parameter(msgspec.Struct, frozen=True):
    name: str | None = None
    value: str | int | float | bool | None = None
    excluded: bool | None = None


class _Result(msgspec.Struct, frozen=True, rename="camel"):
    name: str | None = None
    full_name: str | None = None
    history_id: str | None = None
    test_case_id: str | None = None
    status: str | None = None
    labels: list[_Label] | None = None
    parameters: list[_Parameter] | None = None


_decoder = msgspec.json.Decoder(_Result)


def read_allure(folder: Path) -> tuple[list[Reading], list[str]]:
    """The results of one directory; attempts of one history id are readings of one case."""
    names: dict[str, str] = {}
    # By name, not as paths: comparing those part by part takes longer than decoding the files.
    results = sorted(folder.glob(PATTERN), key=attrgetter("name"))
    readings = [_reading(path, names) for path in results]
    return readings, [] if readings else [f"{folder.name} holds no {PATTERN}"]


def _reading(path: Path, names: dict[str, str]) -> Reading:
    result = _result(path)
    shown = _shown(result)
    key = result.history_id or shown
    if key is None:
        raise refusal(path, None, "has neither fullName, testCaseId nor historyId: it belongs to no case.")
    case = names.setdefault(key, shown or key)
    labels = [
        (_FACTS.get(label.name or "", label.name or ""), str(label.value)) for label in result.labels or ()
    ]
    # A status that is absent or new is no pass.
    return reading_of(case, _OUTCOMES.get(result.status or "", "unknown"), None, labels)


def _result(path: Path) -> _Result:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise refusal(path, None, f"is larger than {FILE_BYTES_MAX} bytes, which no Allure result is.")
        raw = path.read_bytes()
    except OSError as error:
        raise refusal(path, None, f"cannot be read: {error.strerror or error}.") from None
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        words = f"not an Allure result: {error}. Remove the file, or write the results anew."
        raise refusal(path, 1, words) from None


def _shown(result: _Result) -> str | None:
    """The name of the case, told apart from its siblings by the parameters that are part of its identity."""
    base = result.full_name or result.test_case_id
    if base is None:
        return None
    parameters = [f"{one.name}={one.value}" for one in result.parameters or () if not one.excluded]
    return f"{base}[{', '.join(parameters)}]" if parameters else base
