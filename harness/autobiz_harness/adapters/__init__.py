"""Show oracles what our kernel and our stub providers have recorded, in the shapes that they judge."""

from .calls import answer_of, call_of
from .searched import searched_places

__all__ = ["answer_of", "call_of", "searched_places"]
