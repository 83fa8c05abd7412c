"""How much faster the canonical form is than the reference library, on payloads of commerce."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import rfc8785

from autobiz_kernel import canonical

ROUNDS = 21
CALLS = 300
RATIO_FLOORS = {"small": 2.5, "order": 4.0}

SMALL: dict[str, Any] = {"order_id": "o-1", "refund_id": "r-1", "amount_minor": 1250, "currency": "EUR"}
ORDER: dict[str, Any] = {
    "order_id": "gid://shopify/Order/5123456789012",
    "customer": {"name": "Zoë Müller", "country": "DE", "repeat": True, "note": None},
    "lines": [
        {"sku": f"TEE-{index:03d}-BLK", "units": index, "price_minor": 1999 + index, "tags": ["a", "b"]}
        for index in range(12)
    ],
    "shipping": {"service": "standard", "address": {"line1": "Hauptstraße 12a", "zip": "10115"}},
}
WITH_FLOATS: dict[str, Any] = {**ORDER, "weight_kg": 1.25}


def seconds(write: Callable[[Any], bytes], value: Any) -> float:
    """Time one block of calls."""
    began = perf_counter()
    for _ in range(CALLS):
        write(value)
    return (perf_counter() - began) / CALLS


def medians(value: Any) -> tuple[float, float]:
    """Alternate the two, so that a busy moment of the machine meets both."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(canonical, value))
        theirs.append(seconds(rfc8785.dumps, value))
    return sorted(ours)[ROUNDS // 2], sorted(theirs)[ROUNDS // 2]


def main() -> None:
    slow = []
    for name, value in (("small", SMALL), ("order", ORDER), ("order with a float", WITH_FLOATS)):
        assert canonical(value) == rfc8785.dumps(value)
        ours, theirs = medians(value)
        print(
            f"{name:20} ours {ours * 1e6:7.1f} µs  rfc8785 {theirs * 1e6:7.1f} µs  ratio {theirs / ours:5.1f}"
        )
        if theirs / ours < RATIO_FLOORS.get(name, 0.0):
            slow.append(name)
    if slow:
        raise SystemExit(f"not as many times faster than the reference as {RATIO_FLOORS}: {', '.join(slow)}")


if __name__ == "__main__":
    main()
