"""Does a suite that stops early decide the same, how much does it save, and can a pass do harm?

python -m benchmarks.curtailment                  # a million simulated suites; some minutes
python -m benchmarks.curtailment --share 0.02     # a quick look
"""

import argparse
from collections import Counter, defaultdict

from .monotony import enumerated, sampled
from .settling import differing, stopping_elsewhere
from .simulated import RUNS, SUITES, batches

SEED = 20300101
# What was computed exactly for 300 independent trials and a pooled bound at z = 1.96.
PUBLISHED = {0.8: 0.13, 0.9: 0.27, 0.93: 0.38, 0.95: 0.53, 0.97: 0.81, 0.99: 0.985}


def simulate(share: float) -> int:
    suites = differences = 0
    decided: Counter[str] = Counter()
    spent: dict[tuple[str, float], list[float]] = defaultdict(list)
    independent: dict[float, float] = {}
    for batch in batches(SEED, share):
        suites += len(batch.stopped)
        differences += int((batch.early != batch.whole).sum())
        decided.update(map(str, batch.whole))
        part = float(batch.stopped.mean()) / (RUNS * batch.cases)
        if batch.cases >= 60:
            spent[batch.profile, batch.rate].append(part)
        if batch.profile == "literal" and batch.cases == 100 and batch.agreement == 0.0:
            independent[batch.rate] = part
    print(f"{suites} simulated gates, {differences} decided otherwise when stopped early; {dict(decided)}")
    print("\n| true rate | default | literal | strict | literal, 100 cases, rho 0 | published |")
    print("|---|---|---|---|---|---|")
    for rate in SUITES:
        means = [sum(spent[name, rate]) / len(spent[name, rate]) for name in ("default", "literal", "strict")]
        cells = [f"{mean:.1%}" for mean in (*means, independent[rate])]
        cells.append(f"{PUBLISHED[rate]:.1%}" if rate in PUBLISHED else "")
        print(f"| {rate:g} | " + " | ".join(cells) + " |")
    return differences


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--share", type=float, default=1.0, help="Which part of all that to do.")
    asked = parser.parse_args()
    wrong = simulate(asked.share)
    asked_of, elsewhere = stopping_elsewhere(SEED, max(12, int(600 * asked.share)))
    wrong += elsewhere
    print(f"\n{asked_of} of such suites followed with the real `settled`: {elsewhere} stopped elsewhere")
    suites = max(1, int(4000 * asked.share))
    early, differences = differing(SEED, suites)
    wrong += differences
    print(
        f"{suites} suites with skips, losses, waivers: {early} settled early, {differences} ended otherwise"
    )
    for letters, most in (("pf", 40), ("pfsm", 12)) if asked.share >= 1.0 else (("pf", 12), ("pfsm", 5)):
        shapes, pairs, worse = enumerated(letters, most)
        wrong += worse
        print(
            f"all {shapes} suites of {letters!r} up to {most} trials: {pairs} improvements, {worse} got worse"
        )
    pairs, worse = sampled(SEED, int(20_000 * asked.share))
    wrong += worse
    print(f"above: {pairs} sampled improvements, {worse} got worse")
    if wrong:
        raise SystemExit(f"{wrong} decisions are not what they should be")


if __name__ == "__main__":
    main()
