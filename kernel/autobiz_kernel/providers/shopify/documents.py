"""What Shopify is asked, in its own language."""

from typing import Final

_MONEY: Final = "{ shopMoney { amount currencyCode } }"
READ: Final = f"""query ReadOrder($id: ID!) {{ order(id: $id) {{
  id name note tags cancelledAt updatedAt displayFinancialStatus displayFulfillmentStatus
  totalPriceSet {_MONEY} refunds {{ id note totalRefundedSet {_MONEY} }}
  transactions(first: 50) {{ id kind status gateway authorizationCode }} }} }}"""
CONTACT: Final = "query ReadContact($id: ID!) { order(id: $id) { id email } }"
UPDATE: Final = """mutation UpdateOrder($input: OrderInput!) { orderUpdate(input: $input) {
  order { id updatedAt } userErrors { field message } } }"""
CANCEL: Final = """mutation CancelOrder($orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!,
  $refundMethod: OrderCancelRefundMethodInput!, $notifyCustomer: Boolean, $staffNote: String) {
  orderCancel(orderId: $orderId, reason: $reason, restock: $restock, refundMethod: $refundMethod,
  notifyCustomer: $notifyCustomer, staffNote: $staffNote) {
  job { id done } orderCancelUserErrors { field message code } userErrors { field message } } }"""
REFUND: Final = f"""mutation RefundOrder($input: RefundInput!, $key: String!) {{
  refundCreate(input: $input) @idempotent(key: $key) {{
  refund {{ id note totalRefundedSet {_MONEY} }} userErrors {{ field message }} }} }}"""
