"""Know of each call what its run had asked for before: branches are asked in another order than they end."""

from bisect import bisect_left
from collections.abc import Iterable

from msgspec import structs

from .ledger import TraceRow
from .loop_detection import Command
from .ruling import RunView


class History:
    """The commands of a run as each of its holders knew them.

    A holder remembers its own calls in the order in which it asked, and those of its predecessors in the
    order in which they had ended, because that is how it read them back.
    """

    def __init__(self, traces: Iterable[TraceRow]) -> None:
        self._ended: list[Command] = []
        self._ended_before: dict[int, int] = {}
        asked: dict[int, list[tuple[int, Command]]] = {}
        for trace in traces:
            self._ended_before.setdefault(trace.epoch, len(self._ended))
            # A call that had to wait for a person was asked for as well.
            if trace.tool and trace.command and trace.guard in ("", "approval"):
                command = Command(tool=trace.tool.partition("@")[0], digest=trace.command)
                self._ended.append(command)
                asked.setdefault(trace.epoch, []).append((trace.step, command))
        self._asked = {epoch: sorted(own, key=_step) for epoch, own in asked.items()}

    def before(self, trace: TraceRow, *, most: int) -> tuple[Command, ...]:
        """Return the last commands that were asked for before this call, the latest at the end."""
        own = self._asked.get(trace.epoch, [])
        mine = [command for _, command in own[: bisect_left(own, trace.step, key=_step)][-most:]]
        if len(mine) == most:
            return tuple(mine)
        theirs = self._ended[: self._ended_before.get(trace.epoch, 0)]
        return (*theirs[len(mine) - most :], *mine)


def as_asked(view: RunView, trace: TraceRow, history: History, *, most: int) -> RunView:
    """Return what the guards knew when this call was asked for, which is not when it ended."""
    spent = structs.replace(view.spent, steps=trace.step - 1, tool_calls=trace.step - 1)
    return structs.replace(view, spent=spent, history=history.before(trace, most=most))


def _step(asked: tuple[int, Command]) -> int:
    return asked[0]
