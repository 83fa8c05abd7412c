"""The contracts of all tools for the systems outside, for whoever compiles a business without an account."""

from typing import Final

from autobiz_kernel.contract import ToolContract

from .customer import SEND_MAIL as CUSTOMER_MAIL
from .printful.orders import CANCEL_ORDER as CANCEL_PRINT
from .printful.orders import CONFIRM_ORDER, CREATE_ORDER, READ_SHIPMENTS
from .sendgrid import SEND_MAIL
from .shopify.orders import CANCEL_ORDER, READ_ORDER, REFUND_ORDER, UPDATE_ORDER
from .slack import POST_APPROVAL, UPDATE_APPROVAL
from .stripe.payments import AUTHORISE, CAPTURE, VOID
from .stripe.refunds import READ_PAYMENT, REFUND, REFUND_WITHIN
from .stripe.tax import CALCULATE_TAX, COMMIT_TAX

# Those of models are not here: a model's contract is the one that its pin makes.
PROVIDER_CONTRACTS: Final[tuple[ToolContract, ...]] = (
    *(AUTHORISE, CAPTURE, VOID, REFUND, REFUND_WITHIN, READ_PAYMENT, CALCULATE_TAX, COMMIT_TAX),
    *(READ_ORDER, UPDATE_ORDER, CANCEL_ORDER, REFUND_ORDER),
    *(CREATE_ORDER, CONFIRM_ORDER, CANCEL_PRINT, READ_SHIPMENTS),
    *(SEND_MAIL, CUSTOMER_MAIL, POST_APPROVAL, UPDATE_APPROVAL),
)
