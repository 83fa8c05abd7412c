"""The services that exist, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from .postgres import POSTGRES
from .service import Service
from .valkey import VALKEY
from .wiremock import WIREMOCK

SERVICES: Mapping[str, Service] = MappingProxyType(
    {service.name: service for service in (POSTGRES, VALKEY, WIREMOCK)}
)
