"""What the unit tests share."""

from .. import untimed  # noqa: F401  # loaded for its Hypothesis profile
