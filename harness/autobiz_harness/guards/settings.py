"""What a project asks to be guarded: [tool.autobiz.guard], where every key that is absent guards nothing."""

from dataclasses import dataclass
from typing import Any

GUARD_KEYS = {
    "network": 'hosts that tests may reach, as in ["127.0.0.1", "::1", "localhost"]',
    "databases": 'names of databases that tests may open, as in ["*_test"]',
    "recipients": "domains that mail may go to besides those reserved for examples, as in []",
    "drafts": 'hosts that orders may go to as drafts only, as in ["api.printful.com"]',
    "cassettes": 'folders of recordings that nothing is written to in CI, as in ["cassettes"]',
    "credentials": "true refuses live keys in the environment and in traffic",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """The guards that are on; None is off."""

    network: frozenset[str] | None = None
    databases: tuple[str, ...] | None = None
    recipients: tuple[str, ...] | None = None
    drafts: tuple[str, ...] | None = None
    cassettes: tuple[str, ...] | None = None
    credentials: bool = False

    @property
    def is_any(self) -> bool:
        """Whether there is anything to guard."""
        return self != GuardSettings()


def guard_settings(table: object, problems: list[str]) -> GuardSettings:
    """Read the table; every mistake becomes a problem, since a guard that is misspelt guards nothing."""
    where = "[tool.autobiz.guard]"
    if not isinstance(table, dict):
        problems.append(f"{where} must be a table of keys: {', '.join(GUARD_KEYS)}")
        return GuardSettings()
    known: dict[str, Any] = {}
    for key, value in table.items():
        if key not in GUARD_KEYS:
            problems.append(f"{where} unknown key {key!r}. Known here: {', '.join(GUARD_KEYS)}.")
        elif key == "credentials" and not isinstance(value, bool):
            problems.append(f"{where} credentials must be true or false")
        elif key != "credentials" and not _is_texts(value):
            problems.append(f"{where} {key} must be a list of {GUARD_KEYS[key]}")
        else:
            known[key] = value
    texts = {
        key: tuple(known[key]) for key in ("databases", "recipients", "drafts", "cassettes") if key in known
    }
    network = frozenset(known["network"]) if "network" in known else None
    return GuardSettings(network=network, credentials=known.get("credentials", False), **texts)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)
