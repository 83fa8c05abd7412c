"""What the hygiene suite shares."""

from .. import untimed  # noqa: F401  # loaded for its Hypothesis profile
