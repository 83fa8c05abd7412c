"""One root over many heads."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel.chains import Head, leaf_of, merkle_root

from .histories_of_runs import RUNS, TENANT


def root_by_halves(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962: split at the largest power of two below the number of leaves."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]).digest() if leaves else sha256(b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root_by_halves(leaves[:half]) + root_by_halves(leaves[half:])).digest()


@given(st.integers(0, 70))
def test_the_root_is_that_of_the_standard(count: int) -> None:
    """Level by level or by halves, the root over the same heads is one."""
    leaves = [leaf_of(Head(tenant=TENANT, run=RUNS[0], length=n + 1, hash=bytes(32))) for n in range(count)]
    assert merkle_root(leaves) == root_by_halves(leaves)


@pytest.mark.negative
@given(st.lists(st.binary(max_size=3), max_size=6), st.lists(st.binary(max_size=3), max_size=6))
def test_two_lists_share_no_root(left: list[bytes], right: list[bytes]) -> None:
    """Another order, a doubled or a missing leaf, nothing and an empty leaf: each has a root of its own."""
    assert (merkle_root(left) == merkle_root(right)) is (left == right)
    assert merkle_root([*left, b"x", b"x"]) != merkle_root([*left, b"x"])
