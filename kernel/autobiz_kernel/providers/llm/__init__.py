"""Language models: one question, one answer, in one shape, whoever is asked."""

from autobiz_kernel.clock import Clock
from autobiz_kernel.tool import Tool
from autobiz_kernel.transport import Account, Egress, Send

from .anthropic import ANTHROPIC_MESSAGES
from .asking import Api, Model, Offer, completion_tool
from .openai import OPENAI_CHAT, OPENAI_RESPONSES


def llm_tool(api: Api, model: Model, account: Account, send: Send, egress: Egress, clock: Clock) -> Tool:
    """The tool that asks one pinned model."""
    return completion_tool(api, model, account, send, egress, clock)


__all__ = ["ANTHROPIC_MESSAGES", "OPENAI_CHAT", "OPENAI_RESPONSES", "Api", "Model", "Offer", "llm_tool"]
