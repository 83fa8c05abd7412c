"""Whose account a request is for: a sandbox's or a live one, told apart by type and never by a word.

A sandbox account cannot be made with a key that looks live, and not for a host where something real would
happen; a live one cannot be made with anything else. What takes a `SandboxAccount` can therefore not be
handed a live one, and a type checker says so before anything runs.
"""

import re
from dataclasses import InitVar, dataclass, field
from ipaddress import ip_address
from typing import Final, NoReturn, SupportsIndex, TypeAlias
from urllib.parse import urlsplit

from autobiz_kernel.secret import Secret

from .errors import ForbiddenEgressError


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What a provider's addresses and keys look like.

    `sandbox_hosts` are the hosts at which the provider itself keeps apart what is not real; a host that is
    not named here and is not this machine is no sandbox.
    """

    name: str
    live_hosts: re.Pattern[str]
    sandbox_hosts: re.Pattern[str]
    live_key: re.Pattern[str]
    sandbox_key: re.Pattern[str]


_NOWHERE: Final = re.compile(r"(?!)")
# Providers without test keys: ours say of themselves that they are made up.
_MADE_UP: Final = re.compile(r"[\w.:-]*(?:test|fake|sandbox)[\w.:-]*", re.IGNORECASE | re.ASCII)


def _host(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name))


STRIPE: Final = Provider(
    name="stripe",
    live_hosts=_host("api.stripe.com"),
    sandbox_hosts=_host("api.stripe.com"),
    live_key=re.compile(r"(?:sk|rk)_live_[0-9A-Za-z]+"),
    sandbox_key=re.compile(r"(?:sk|rk)_test_\w+", re.ASCII),
)
SHOPIFY: Final = Provider(
    name="shopify",
    live_hosts=re.compile(r"(?![a-z0-9-]*-(?:dev|test|sandbox)\.)[a-z0-9][a-z0-9-]*\.myshopify\.com"),
    sandbox_hosts=re.compile(r"[a-z0-9][a-z0-9-]*-(?:dev|test|sandbox)\.myshopify\.com"),
    live_key=re.compile(r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}"),
    sandbox_key=_MADE_UP,
)
PRINTFUL: Final = Provider(
    name="printful",
    live_hosts=_host("api.printful.com"),
    sandbox_hosts=_NOWHERE,
    live_key=re.compile(r"[A-Za-z0-9:-]{24,}"),
    sandbox_key=_MADE_UP,
)
SENDGRID: Final = Provider(
    name="sendgrid",
    live_hosts=_host("api.sendgrid.com"),
    sandbox_hosts=_host("api.sendgrid.com"),
    live_key=re.compile(r"SG\.[\w-]{16,}\.[\w-]{16,}"),
    sandbox_key=_MADE_UP,
)
SLACK: Final = Provider(
    name="slack",
    live_hosts=_host("slack.com"),
    sandbox_hosts=_NOWHERE,
    live_key=re.compile(r"xox[abeprs]-[0-9A-Za-z-]+"),
    sandbox_key=_MADE_UP,
)
# A made-up key buys nothing there, and a cassette holds the real host.
OPENAI: Final = Provider(
    name="openai",
    live_hosts=_host("api.openai.com"),
    sandbox_hosts=_host("api.openai.com"),
    live_key=re.compile(r"sk-[\w-]{20,}"),
    sandbox_key=_MADE_UP,
)
ANTHROPIC: Final = Provider(
    name="anthropic",
    live_hosts=_host("api.anthropic.com"),
    sandbox_hosts=_host("api.anthropic.com"),
    live_key=re.compile(r"sk-ant-[\w-]{20,}"),
    sandbox_key=_MADE_UP,
)
PROVIDERS: Final = (STRIPE, SHOPIFY, PRINTFUL, SENDGRID, SLACK, OPENAI, ANTHROPIC)


class _Uncopied:
    """Whoever holds a secret is passed on, and neither copied nor written down."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("an account is not copied, pickled or written down; pass it on")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxAccount(_Uncopied):
    """An account with which nothing real can happen: on this machine, or kept apart by the provider."""

    provider: Provider
    base_url: str
    key: InitVar[str]
    secret: Secret = field(init=False, repr=False, hash=False)

    def __post_init__(self, key: str) -> None:
        object.__setattr__(self, "secret", Secret(key))
        host, is_local = _checked(self)
        if any(each.live_key.fullmatch(key) for each in PROVIDERS if each is not PRINTFUL):
            raise ForbiddenEgressError(
                f"{self.provider.name}: the key of a sandbox account looks live; take it out"
            )
        if not self.provider.sandbox_key.fullmatch(key):
            raise ForbiddenEgressError(f"{self.provider.name}: the key of a sandbox account is no test key")
        if not is_local and not self.provider.sandbox_hosts.fullmatch(host):
            raise ForbiddenEgressError(
                f"{self.provider.name}: {host!r} is no sandbox; use a stand-in on this machine"
            )

    @property
    def is_stand_in(self) -> bool:
        """Whether a stand-in on this machine answers, to whom even what costs money may be said."""
        return is_loopback(urlsplit(self.base_url).hostname or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAccount(_Uncopied):
    """An account with which money moves; only a deployment makes one."""

    provider: Provider
    base_url: str
    key: InitVar[str]
    secret: Secret = field(init=False, repr=False, hash=False)

    def __post_init__(self, key: str) -> None:
        object.__setattr__(self, "secret", Secret(key))
        host, _ = _checked(self)
        if self.provider.sandbox_key.fullmatch(key) or not self.provider.live_key.fullmatch(key):
            raise ForbiddenEgressError(f"{self.provider.name}: the key of a live account is no live key")
        if not self.provider.live_hosts.fullmatch(host):
            raise ForbiddenEgressError(f"{self.provider.name}: {host!r} is not where this provider lives")


Account: TypeAlias = SandboxAccount | LiveAccount


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, as a literal address: a name may lead anywhere."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _checked(account: Account) -> tuple[str, bool]:
    """Return the host and whether it is this machine; refuse addresses that could be misread."""
    parts = urlsplit(account.base_url)
    host = (parts.hostname or "").lower()
    is_local = is_loopback(host)
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise ForbiddenEgressError(f"{account.provider.name}: base URL must be scheme://host[:port][/path]")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise ForbiddenEgressError(f"{account.provider.name}: {host!r} must be reached by https")
    return host, is_local
