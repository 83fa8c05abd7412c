"""A run as the one worker that holds it sees it: what it has used, what it has asked for, its state."""

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from .budget import BoundsConfig, Spent
from .clock import Clock
from .ledger import RunRecord
from .loop_detection import Command
from .principal import Principal
from .ruling import RunView
from .unwritten import Unwritten

if TYPE_CHECKING:
    from .codes import TerminationReason


class Run:
    """Branches of one run share this handle; `turn` is the one thing in it that they wait for."""

    def __init__(
        self,
        record: RunRecord,
        *,
        principal: Principal,
        prefix: str,
        bounds: BoundsConfig,
        commands: Iterable[Command] = (),
        clock: Clock | None = None,
    ) -> None:
        self.record = record
        self.principal = principal
        self.prefix = prefix
        self.spent: Spent = record.spent
        self.set_aside_micros = 0
        # Held from the making of a patch until it is kept.
        self.turn = asyncio.Lock()
        self.is_mine = True
        # How many calls are under way, and what the books do not know yet.
        self.calls = 0
        self.unwritten = Unwritten()
        self.termination_reason: TerminationReason | None = record.termination_reason
        self.state: dict[str, Any] = orjson.loads(record.state)
        self.state_version = record.state_version
        self.head_hash = record.head_hash
        # The clock on the wall is asked once, when the run is taken: between processes there is no other.
        self._held_at = max(record.began_at, clock.now()) if clock else record.began_at
        self._held_s = clock.monotonic() if clock else 0.0
        self._commands = deque(commands, maxlen=bounds.loops.history_max)

    @property
    def tenant(self) -> UUID:
        return self.record.tenant

    @property
    def run_id(self) -> UUID:
        return self.record.run_id

    def moment(self, clock: Clock) -> datetime:
        """Return the moment that the run's time is counted by, which nobody moves by setting the clock."""
        return self._held_at + timedelta(seconds=clock.monotonic() - self._held_s)

    def view(self, now: datetime) -> RunView:
        """Return what guards may know."""
        return RunView(
            tenant=self.record.tenant,
            tenant_prefix=self.prefix,
            principal=self.principal,
            is_mine=self.is_mine,
            has_ended=self.termination_reason is not None,
            began_at=self.record.began_at,
            now=now,
            spent=self.spent,
            set_aside_micros=self.set_aside_micros,
            history=tuple(self._commands),
        )

    def remember(self, command: Command) -> None:
        """Keep a call in mind, so that a loop is seen."""
        self._commands.append(command)
