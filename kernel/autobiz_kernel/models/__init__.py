"""Language models under law: pinned with prompt and parameters, with a fallback, in form and on account."""

from .client import FALLS_OVER, Message, ModelClient, Outcome, Told
from .pin import Pin, PinError, pins_of
from .watching import Fallback, ModelMetrics

__all__ = [
    "FALLS_OVER",
    "Fallback",
    "Message",
    "ModelClient",
    "ModelMetrics",
    "Outcome",
    "Pin",
    "PinError",
    "Told",
    "pins_of",
]
