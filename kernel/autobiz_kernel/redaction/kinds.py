"""Name what must not be stored."""

from enum import StrEnum


class Kind(StrEnum):
    """What a scanner can find; a closed set, so that alarms can be counted by it."""

    SHOPIFY = "shopify_token"
    STRIPE = "stripe_key"
    PRINTFUL = "printful_key"
    SENDGRID = "sendgrid_key"
    SLACK = "slack_token"
    OPENAI = "openai_key"
    ANTHROPIC = "anthropic_key"
    AWS = "aws_key"
    VAULT = "vault_token"
    CLOUD = "cloud_key"
    PRIVATE_KEY = "private_key"
    JWT = "jwt"
    AUTHORIZATION = "authorization"
    URL_PASSWORD = "url_password"  # noqa: S105  # the name of a kind of finding, not a password
    ASSIGNED = "assigned_secret"
    NAMED = "named_secret"
    HIGH_ENTROPY = "high_entropy"
    CARD = "card"
    IBAN = "iban"
    EMAIL = "email"
    PHONE = "phone"
    SSN = "ssn"
    OPAQUE = "opaque"  # too long, too deeply wrapped or no text: what cannot be looked at is not stored
