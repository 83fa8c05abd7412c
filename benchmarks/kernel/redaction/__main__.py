"""How much sensitive data gets through when everything is allowed, and how much ordinary data is stopped."""

import argparse
from collections import Counter
from time import process_time

from autobiz_kernel import Redactor, canonical
from suites.unit.kernel.redaction.commerce import fields_in, payloads
from suites.unit.kernel.redaction.sensitive import sensitive, shapes

SECRETS = 2_000
PAYLOADS = 5_000
FALSE_SHARE_MAX = 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=11)
    seed: int = parser.parse_args().seed
    redactor = Redactor()
    missed: Counter[str] = Counter()
    for piece in sensitive(seed=seed, count=SECRETS):
        done = redactor.clean({"ok": "shipped", "it": piece.wrapped})
        # Redacting only takes away, so what is not complained about is stored whole.
        if not done.hits:
            missed[piece.shape] += 1
    print(f"sensitive: {SECRETS:,} in {len(shapes()):,} shapes, {missed.total()} stored")
    for shape, times in missed.most_common(40):
        print(f"  {times} {shape}")

    false: Counter[str] = Counter()
    fields = 0
    drawn = list(payloads(seed=seed + 1, count=PAYLOADS))
    began = process_time()
    for payload in drawn:
        fields += fields_in(payload)
        for hit in redactor.clean(payload).hits:
            false[f"{hit.where.split('/')[1]}: {hit.kind}"] += 1
    seconds = process_time() - began
    size = sum(len(canonical(payload)) for payload in drawn)
    share = false.total() / fields
    print(f"ordinary: {fields:,} fields of {PAYLOADS:,} payloads, {false.total()} stopped ({share:.3%})")
    for name, times in false.most_common(20):
        print(f"  {times} {name}")
    print(f"time: {seconds / PAYLOADS * 1e6:,.0f} µs a payload of {size / PAYLOADS:,.0f} bytes")
    if missed or share > FALSE_SHARE_MAX:
        raise SystemExit("sensitive data was stored, or too much ordinary data was stopped")


if __name__ == "__main__":
    main()
