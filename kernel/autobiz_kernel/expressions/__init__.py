"""Conditions and computations in configuration: CEL, checked when compiled and bounded when evaluated."""

from .expression import Expression, ExpressionError, Failure, Scope
from .shapes import ANYTHING, Shape, leaves_of, shape_at, shape_of_type, types_of

__all__ = [
    "ANYTHING",
    "Expression",
    "ExpressionError",
    "Failure",
    "Scope",
    "Shape",
    "leaves_of",
    "shape_at",
    "shape_of_type",
    "types_of",
]
