"""The contracts of all tools for the systems outside, for whoever compiles a business without an account."""

from typing import Final

from autobiz_kernel.contract import ToolContract

from . import customer, sendgrid, slack
from .printful import orders as printful
from .shopify import orders as shopify
from .stripe import payments, refunds, tax

# Those of models are not here: a model's contract is the one that its pin makes.
PROVIDER_CONTRACTS: Final[tuple[ToolContract, ...]] = (
    *(payments.AUTHORISE, payments.CAPTURE, payments.VOID),
    *(refunds.REFUND, refunds.REFUND_WITHIN, refunds.READ_PAYMENT),
    *(tax.CALCULATE_TAX, tax.COMMIT_TAX),
    *(shopify.READ_ORDER, shopify.UPDATE_ORDER, shopify.CANCEL_ORDER, shopify.REFUND_ORDER),
    *(printful.CREATE_ORDER, printful.CONFIRM_ORDER, printful.CANCEL_ORDER, printful.READ_SHIPMENTS),
    sendgrid.SEND_MAIL,
    *(slack.POST_APPROVAL, slack.UPDATE_APPROVAL),
    customer.SEND_MAIL,
)
