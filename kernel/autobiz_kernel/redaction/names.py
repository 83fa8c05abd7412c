"""Know the names under which secrets and personal data are kept, whatever they look like."""

import re
from functools import lru_cache

from .kinds import Kind

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")

_SECRET = frozenset(
    {
        "accesskey", "accesstoken", "apikey", "apisecret", "apitoken", "appsecret", "authorization",
        "authtoken", "bearertoken", "clientsecret", "cookie", "credential", "credentials", "encryptionkey",
        "passphrase", "passwd", "password", "privatekey", "pwd", "refreshtoken", "secret", "secretaccesskey",
        "secretkey", "sessiontoken", "setcookie", "sharedsecret", "signingkey", "signingsecret",
        "webhooksecret", "xapikey", "xauthtoken", "xshopifyaccesstoken",
    }
)  # fmt: skip
_CARD = frozenset({"cardnumber", "cvc", "cvv", "pan", "cardcvc", "cardcvv", "securitycode"})
_PHONE = frozenset(
    {"cellphone", "fax", "mobile", "mobilenumber", "msisdn", "phone", "phonenumber", "telephone"}
)
_IBAN = frozenset({"iban"})

_KINDS = (
    (_SECRET, Kind.NAMED),
    (_CARD, Kind.CARD),
    (_PHONE, Kind.PHONE),
    (_IBAN, Kind.IBAN),
)
_LETTERS_MAX = 40


@lru_cache(maxsize=4096)
def kind_of_name(name: str) -> Kind | None:
    """Say what a member of this name holds, if its last words tell: `stripe_api_key`, `customerPhone`."""
    if len(name) > _LETTERS_MAX:
        return None
    ending = ""
    for word in reversed(_WORD.findall(name)):
        ending = word.lower() + ending
        for names, kind in _KINDS:
            if ending in names:
                return kind
    return None
