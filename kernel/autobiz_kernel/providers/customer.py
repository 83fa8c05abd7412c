"""Write to the customer of an order, whose address passes through no run and is written down nowhere.

What may be kept is what a run works with, so it never holds an address. It says whose order it is about; the
shop is asked for the address at the moment of sending, and it is forgotten with the request.
"""

import re
from dataclasses import replace
from typing import Final

from autobiz_kernel.clock import Clock
from autobiz_kernel.contract import Json
from autobiz_kernel.tool import Refused, Tool
from autobiz_kernel.transport import Account, Egress, ErrorClass, ProviderError, Send

from .exchange import nothing_sent
from .schemas import TIMEOUT_MS, closed, identifier, words
from .sendgrid import ADDRESS_PATTERN, mail_of
from .sendgrid import SEND_MAIL as MAIL_TO_ADDRESS
from .shopify import contact_of

NO_ADDRESS: Final = "no_address"
SEND_MAIL: Final = replace(
    MAIL_TO_ADDRESS,
    name="customer",
    # Two exchanges, and each has the transport's own patience.
    timeout_ms=2 * TIMEOUT_MS,
    input_schema=closed(
        {
            "intent": identifier(),
            "order": identifier("gid://shopify/Order/[0-9]{1,20}"),
            "sender": {"type": "string", "pattern": ADDRESS_PATTERN},
            "subject": words(200),
            "text": words(20_000),
        }
    ),
)


def customer_tools(
    shop: Account, mailer: Account, *, to_shop: Send, to_mailer: Send, egress: Egress, clock: Clock
) -> tuple[Tool, ...]:
    """Every tool that reaches the customers of one shop."""
    contact = contact_of(shop, to_shop, egress, clock)
    mail = mail_of(mailer, to_mailer, egress, clock)

    async def send(arguments: Json, key: str) -> Json | Refused:
        try:
            address = await contact(str(arguments["order"]))
        except ProviderError as error:
            # The mail was not sent, whatever the shop has said or not said.
            raise nothing_sent(error) from error
        if not re.fullmatch(ADDRESS_PATTERN, address):
            return Refused(
                result={"error_class": ErrorClass.VALIDATION.value, "code": NO_ADDRESS, "message": ""}
            )
        asked = {name: arguments[name] for name in ("intent", "sender", "subject", "text")}
        return await mail.send({**asked, "to": [address]}, key)

    return (Tool(contract=SEND_MAIL, execute=send),)
