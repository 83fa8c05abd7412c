"""Tools for the systems outside: one adapter each, over one thin transport."""

from .contracts import PROVIDER_CONTRACTS
from .customer import customer_tools
from .exchange import Dialect, Exchange, Rejected
from .llm import (
    ANTHROPIC_MESSAGES,
    LLM_PATIENCE,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    PINNED_TOOL,
    Api,
    Model,
    Offer,
    Pinned,
    Unanswered,
    llm_tool,
    pinned_tool,
)
from .printful import printful_tools
from .sendgrid import sendgrid_tools
from .shopify import shopify_tools
from .slack import slack_tools
from .stripe import stripe_tools

__all__ = [
    "ANTHROPIC_MESSAGES",
    "LLM_PATIENCE",
    "OPENAI_CHAT",
    "OPENAI_RESPONSES",
    "PINNED_TOOL",
    "PROVIDER_CONTRACTS",
    "Api",
    "Dialect",
    "Exchange",
    "Model",
    "Offer",
    "Pinned",
    "Rejected",
    "Unanswered",
    "customer_tools",
    "llm_tool",
    "pinned_tool",
    "printful_tools",
    "sendgrid_tools",
    "shopify_tools",
    "slack_tools",
    "stripe_tools",
]
