"""Credentials that look live, put together when they are needed: none stands in a file of this repository."""

import random
import string


def letters(count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Random characters, the same every time."""
    return "".join(random.Random(count).choices(alphabet, k=count))


HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits

LIVE = {
    "stripe": "sk_" + "live_" + letters(24),
    "stripe restricted": "rk_" + "live_" + letters(24),
    "shopify token": "shp" + "at_" + letters(32, HEX),
    "shopify store": "famous-brand" + ".myshopify" + ".com",
    "sendgrid": "SG" + "." + letters(22) + "." + letters(43),
    "slack token": "xox" + "b-" + letters(12, string.digits) + "-" + letters(24),
    "slack webhook": "hooks.slack" + f".com/services/T{letters(9, UPPER)}/B{letters(9, UPPER)}/{letters(24)}",
    "anthropic": "sk-" + "ant-" + letters(40),
    "openai": "sk-" + "proj-" + letters(40),
    "openai, older": "sk-" + letters(48),
    "aws": "AK" + "IA" + letters(16, UPPER),
    "github": "gh" + "p_" + letters(36),
    "github, fine-grained": "github" + "_pat_" + letters(70),
    "google": "AI" + "za" + letters(35),
    "private key": "-----BEGIN " + "PRIVATE KEY-----\n" + letters(64),
    "printful": "PRINTFUL" + "_TOKEN=" + letters(40),
}

# Of nearly the same form, and harmless.
HARMLESS = {
    "stripe test key": "sk_" + "test_" + letters(24),
    "stripe prefix alone": "sk_" + "live_",
    "token beside a developer's shop": "shp" + "at_" + letters(32, HEX) + " autobiz-dev.myshopify" + ".com",
    "developer's shop": "autobiz-dev" + ".myshopify" + ".com",
    "sendgrid placeholder": "SG" + ".sandbox" + letters(15) + "." + letters(43),
    "slack test team": "xox" + "b-test-" + letters(24),
    "aws's own example": "AK" + "IA" + "IOSFODNN7" + "EXAMPLE",
    "public key": "-----BEGIN " + "PUBLIC KEY-----\n" + letters(64),
    "printful placeholder": "PRINTFUL" + "_TOKEN=" + "a" * 40,
    "random, beside no name": "TOKEN=" + letters(40),
    "empty": "",
}
