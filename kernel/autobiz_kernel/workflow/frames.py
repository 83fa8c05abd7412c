"""The state of a run: one frame for each workflow that is under way in it, as plain JSON.

A frame says where it stands (`at`), what it has got (`input`, `steps`), how often it was where (`visits`),
what it waits for (`wait`), what would have to be undone (`undo`), and how it ends (`phase`). Nothing is null.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from autobiz_kernel.contract import Json

Frame: TypeAlias = dict[str, Any]
State: TypeAlias = dict[str, Any]

ROOT: Final = "0"
ON, UNDO, DONE, FAILED = "on", "undo", "done", "failed"


def new_frame(workflow: str, start: str, given: Json) -> Frame:
    """A frame that has not entered its first step."""
    return {
        "workflow": workflow,
        "at": start,
        "phase": ON,
        "input": [dict(given)],
        "steps": {},
        "visits": {},
        "undo": [],
    }


def known_in(frame: Mapping[str, Any]) -> dict[str, Any]:
    """What expressions of a frame may speak of."""
    return {
        "input": frame["input"][0],
        "steps": {name: result[0] for name, result in frame["steps"].items()},
    }


def path_of(key: str, frame: Mapping[str, Any]) -> str:
    """Name the place where a frame stands, with the number of the visit."""
    if frame["phase"] == UNDO:
        return f"{key}/undo:{len(frame['undo'])}"
    return f"{key}/{frame['at']}:{frame['visits'].get(frame['at'], 0)}"


def frame_of(path: str) -> str:
    """Name the frame in which a place is."""
    return path.rpartition("/")[0]


def living(state: Mapping[str, Any]) -> Iterator[tuple[str, Frame]]:
    """Every frame that has not ended, in one order everywhere."""
    for key in sorted(state["frames"]):
        frame = state["frames"][key]
        if frame["phase"] in (ON, UNDO):
            yield key, frame


def how_it_ended(state: Mapping[str, Any]) -> str | None:
    """Return `done` or `failed` once the run's own workflow has ended."""
    phase = state["frames"][ROOT]["phase"]
    return phase if phase in (DONE, FAILED) else None


def undone_of(state: Mapping[str, Any]) -> list[Any]:
    """All that would have to be undone if everything stopped now, the oldest first."""
    frames = sorted(state["frames"].items())
    return [entry for _, frame in frames if frame["phase"] != FAILED for entry in frame["undo"]]
