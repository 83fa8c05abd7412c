"""How long to wait before another attempt: doubling up to a cap, with jitter that the run's seed decides."""

import hashlib

from autobiz_kernel.graphs import Retry


def pause_ms(retry: Retry, *, attempt: int, seed: str) -> int:
    """Return the pause after this many attempts: between half and the whole of what doubling has come to."""
    whole = min(retry.cap_ms, retry.base_ms << min(attempt - 1, 30))
    drawn = int.from_bytes(hashlib.sha256(f"{seed}/{attempt}".encode()).digest()[:8])
    return whole - drawn % (whole // 2 + 1)
