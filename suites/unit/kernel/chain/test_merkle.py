"""One root over many heads, and the paths that lead to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel.chains import Head, is_included, leaf_of, merkle_path, merkle_root

from .histories_of_runs import RUNS, TENANT


@given(st.integers(1, 40), st.data())
def test_each_head_is_shown_to_be_under_the_root(count: int, data: st.DataObject) -> None:
    """The path of a leaf leads to the root, and to no other root, place or leaf."""
    leaves = [leaf_of(Head(tenant=TENANT, run=RUNS[0], length=n + 1, hash=bytes(32))) for n in range(count)]
    root = merkle_root(leaves)
    index = data.draw(st.integers(0, count - 1))
    path = merkle_path(leaves, index)
    assert is_included(leaves[index], path, root)
    assert not is_included(leaves[index] + b"x", path, root)
    assert not is_included(leaves[index], path, merkle_root([*leaves, leaves[-1]]))
    if path:
        assert not is_included(leaves[index], path[:-1], root)


@pytest.mark.negative
def test_there_is_no_path_for_a_leaf_that_is_not_there() -> None:
    """A place outside the list is an error, and the root of nothing is none of the others."""
    with pytest.raises(IndexError):
        merkle_path([b"a"], 1)
    with pytest.raises(IndexError):
        merkle_path([], 0)
    assert merkle_root([]) != merkle_root([b""])
