"""Sign where a tenant's chains are, once or again and again; what can come back is waited for."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from autobiz_kernel.chains import (
    Anchor,
    AnchorFile,
    OvertakenError,
    Window,
    anchor_file,
    last_anchor,
    next_anchor,
)
from autobiz_kernel.clock import Clock

from .books import heads_of, keep_anchor

Pause: TypeAlias = Callable[[timedelta], object]
OnAnchor: TypeAlias = Callable[[Anchor], None]
# After so many times in which somebody else has signed meanwhile, the others are made to wait.
_OVERTAKEN_MAX: Final = 4
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A database or a disk that is away may come back by itself. What is wrong with the file, the key or the role
# is a matter for a person, who notices a command that has ended.
_MAY_COME_BACK: Final = (psycopg.OperationalError, psycopg.InterfaceError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchoring:
    """Whose heads are signed, with which key, into which file.

    `held` keeps what would end the process from cutting a line, or from leaving it untold.
    """

    url: str
    tenant: UUID
    file: Path
    key: Ed25519PrivateKey
    clock: Clock
    held: Callable[[], AbstractContextManager[None]] = nullcontext

    def once(self, on_anchor: OnAnchor) -> None:
        """Add one anchor to the file, tell of it and note it in the books; who is overtaken signs again."""
        for _ in range(_OVERTAKEN_MAX):
            # Made before the file is held: a database that does not answer keeps no other signer waiting.
            made = self._signed(last_anchor(self.file))
            with anchor_file(self.file) as file, suppress(OvertakenError):
                self._add(made, file, on_anchor)
                break
        else:
            with anchor_file(self.file) as file:
                made = self._signed(file.last)
                self._add(made, file, on_anchor)
        keep_anchor(self.url, made)

    def _signed(self, last: Anchor | None) -> Anchor:
        window = Window(from_at=last.window.to_at if last else _BEGINNING, to_at=self.clock.now())
        heads = heads_of(self.url, self.tenant, window)
        return next_anchor(last, tenant=self.tenant, heads=heads, window=window, key=self.key)

    def _add(self, made: Anchor, file: AnchorFile, on_anchor: OnAnchor) -> None:
        with self.held():
            file.append(made)
            on_anchor(made)


def again_and_again(
    anchor: Callable[[OnAnchor], None],
    *,
    every: timedelta,
    clock: Clock,
    pause: Pause,
    on_anchor: OnAnchor,
    on_error: Callable[[Exception], None],
) -> bool | None:
    """Anchor now and after each such time until interrupted; say whether the last try was good, if one was.

    Times are counted from the first, so that none is late because the one before it took long; those that
    have passed meanwhile are left out.
    """
    due_s, every_s = clock.monotonic(), every.total_seconds()
    is_good: bool | None = None

    def made(one: Anchor) -> None:
        nonlocal is_good
        # Here and not when the try is over: what is in the file is anchored, whatever interrupts the rest.
        is_good = True
        on_anchor(one)

    try:
        while True:
            try:
                anchor(made)
            except _MAY_COME_BACK as error:
                is_good = False
                on_error(error)
            now_s = clock.monotonic()
            due_s += every_s * (1 + max(now_s - due_s, 0.0) // every_s)
            pause(timedelta(seconds=due_s - now_s))
    except KeyboardInterrupt:
        return is_good
