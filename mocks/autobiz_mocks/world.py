"""The outside world of one trial: what its providers were sent, what is true there, and what they answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Self
from uuid import NAMESPACE_OID, uuid5

from .journal import Served
from .stamping import TRIAL_HEADER
from .stubs import Stub, identified
from .truth import Machine, Truth, fold
from .wiremock import WireMock

Machines = Callable[[], Mapping[str, Machine]]


class World:
    """One trial's providers, at a server that many trials share.

    `machines` makes the providers as they were before the trial, anew for every look: truth is always derived
    from the whole journal and never kept beside it.
    """

    def __init__(self, wiremock: WireMock, *, trial: str, machines: Machines) -> None:
        self._wiremock, self.trial, self._machines = wiremock, trial, machines
        self._planted: list[str] = []
        self._reads: set[str] = set()
        self._said: list[Stub] = []
        wiremock.mark(TRIAL_HEADER, trial)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def seen(self) -> tuple[Served, ...]:
        """Return what the providers were sent in this trial."""
        return self._wiremock.journal(TRIAL_HEADER, self.trial)

    def truth(self, seen: Sequence[Served] | None = None) -> Truth:
        """Return what is true at the providers now, or after what is said to have been seen."""
        return fold(self.seen() if seen is None else seen, self._machines())

    def refresh(self) -> None:
        """Let the providers answer questions by what is true now."""
        machines = self._machines()
        fold(self.seen(), machines)
        reads = [
            {**self._own(stub), "id": str(uuid5(NAMESPACE_OID, f"{self.trial} {stub['name']}"))}
            for machine in machines.values()
            for stub in machine.reads()
        ]
        if reads and reads != self._said:
            self._said = reads
            self._wiremock.overwrite(reads)
            self._reads.update(stub["id"] for stub in reads)

    def plant(self, stub: Stub) -> None:
        """Let the providers answer this trial in another way."""
        self._planted.append(self._wiremock.add(self._own(stub)))

    def refuse_unstubbed(self) -> None:
        """Raise if a request met no stub, and say which were near."""
        self._wiremock.refuse_unstubbed(TRIAL_HEADER, self.trial)

    def close(self) -> None:
        """Forget what only this trial is answered."""
        self._wiremock.remove_all([*self._planted, *sorted(self._reads)])
        self._planted.clear()
        self._reads.clear()
        self._said.clear()

    def _own(self, stub: Stub) -> Stub:
        request = dict(stub["request"])
        headers = {**request.get("headers", {}), TRIAL_HEADER: {"equalTo": self.trial}}
        return identified({**stub, "request": {**request, "headers": headers}})
