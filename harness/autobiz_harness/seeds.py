"""Each trial's own number, derived from what the trial is and never from the order it ran in."""

import hashlib

SEED_MAX = 2**32


def derive_seed(base: int, run: int, case: str) -> int:
    """The seed of one trial: the same base, run and case give the same number on every machine."""
    text = f"{base}\x00{run}\x00{case}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=4).digest(), "big")


def shuffle_key(base: int, run: int, case: str) -> int:
    """Where a case stands in a run's random order; a pure function, so every worker agrees."""
    text = f"order\x00{base}\x00{run}\x00{case}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def shard_of(case: str, count: int) -> int:
    """Which of `count` shards takes a case, counted from 1; stable when other cases come and go."""
    digest = hashlib.blake2b(case.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % count + 1
