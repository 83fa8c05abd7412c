"""Count accesses to secrets, and tell how old they are, in Prometheus' form."""

from collections.abc import Iterable
from datetime import datetime  # noqa: TC003  # a type of what is kept
from uuid import UUID  # noqa: TC003  # a type of what is kept

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from autobiz_kernel.clock import Clock

from .access import Access, Told

_DAY_S = 86_400
_HANDED = frozenset({Told.FETCHED, Told.CACHED, Told.STALE})


class CredentialMetrics(Collector):
    """A listener, `on_access`; the age that is shown is that of the oldest among the tenants' secrets."""

    def __init__(self, clock: Clock, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._clock = clock
        self._since: dict[tuple[UUID, str], datetime] = {}
        self._accesses = Counter(
            "credential_access", "Secrets asked for, by what was told.", ("told",), registry=self.registry
        )
        self.registry.register(self)

    def on_access(self, access: Access) -> None:
        """Count one access."""
        self._accesses.labels(access.told.value).inc()
        if access.told in _HANDED and access.since is not None:
            self._since[access.tenant, access.name] = access.since
        elif access.told is Told.ABSENT:
            self._since.pop((access.tenant, access.name), None)

    def collect(self) -> Iterable[Metric]:
        """Tell the ages as they are now."""
        oldest: dict[str, datetime] = {}
        for (_, name), since in self._since.items():
            oldest[name] = min(since, oldest.get(name, since))
        gauge = GaugeMetricFamily(
            "credential_rotation_age_days", "Since the oldest secret of a name was made.", labels=["name"]
        )
        for name, since in sorted(oldest.items()):
            gauge.add_metric([name], (self._clock.now() - since).total_seconds() / _DAY_S)
        yield gauge
