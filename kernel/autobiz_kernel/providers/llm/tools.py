"""Put together the tool that asks one model."""

from autobiz_kernel.clock import Clock
from autobiz_kernel.tool import Tool
from autobiz_kernel.transport import Account, Egress, Send

from .asking import Api, Model, completion_tool


def llm_tool(api: Api, model: Model, account: Account, send: Send, egress: Egress, clock: Clock) -> Tool:
    """The tool that asks one pinned model."""
    return completion_tool(api, model, account, send, egress, clock)
