"""Language models: one question, one answer, in one shape, whoever is asked."""

from .anthropic import ANTHROPIC_MESSAGES
from .asking import LLM_PATIENCE, Api, Model, Offer
from .openai import OPENAI_CHAT, OPENAI_RESPONSES
from .pinned import PINNED_TOOL, Pinned, Unanswered, pinned_tool
from .tools import llm_tool

__all__ = [
    "ANTHROPIC_MESSAGES",
    "LLM_PATIENCE",
    "OPENAI_CHAT",
    "OPENAI_RESPONSES",
    "PINNED_TOOL",
    "Api",
    "Model",
    "Offer",
    "Pinned",
    "Unanswered",
    "llm_tool",
    "pinned_tool",
]
