"""Wait until something is due: woken by a notice of the database, and after a while without one all the same.

Notices are speed and nothing else: one that is lost costs a wait. They carry nothing, so that nobody learns
from them whose runs there are.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from psycopg import AsyncConnection, Error

CHANNEL: Final = "autobiz_due"
AT_MOST: Final = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Notices:
    """A worker's `idle`, on a connection of its own; `at_most` is how late a timer may be seen.

    A database that is away is told to `on_error`, waited for, and listened to again.
    """

    url: str
    on_error: Callable[[Exception], None]
    at_most: timedelta = AT_MOST
    _connection: AsyncConnection[Any] | None = None

    async def idle(self) -> None:
        """Wait for a notice, for a while."""
        await self.heard()

    async def heard(self) -> bool:
        """Wait for a notice, for a while; say whether there was one since the last time."""
        try:
            return await self._listen()
        except Error as error:
            self.on_error(error)
            await self.close()
            await asyncio.sleep(self.at_most.total_seconds())
            return False

    async def close(self) -> None:
        """Listen no longer."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _listen(self) -> bool:
        if self._connection is None:
            self._connection = await AsyncConnection.connect(self.url, autocommit=True)
            await self._connection.execute(f"LISTEN {CHANNEL}")
            # Whatever has happened before is found by looking, which whoever waits here does next.
            return True
        is_heard = False
        # What has come together is one reason to look, not many.
        for seconds in (self.at_most.total_seconds(), 0.0):
            async for _ in self._connection.notifies(timeout=seconds, stop_after=None if is_heard else 1):
                is_heard = True
            if not is_heard:
                break
        return is_heard
