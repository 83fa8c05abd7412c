"""Here oracles are what is judged, so what they say is nobody's verdict."""

from collections.abc import Iterator

import pytest

from autobiz_oracles import unheard


@pytest.fixture(autouse=True)
def oracles_on_trial() -> Iterator[None]:
    """Let no verdict of a test count for that test."""
    with unheard():
        yield
