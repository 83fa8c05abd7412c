"""Try hostile inputs at every way in, and say how many were refused, read, and got through.

    python -m benchmarks.fuzz [--inputs N] [--seed S] [--json] [DOOR ...]
    python -m benchmarks.fuzz --input FILE DOOR

Nothing but an error of ours or a value may come of an input, within two seconds, and never an open gate.
"""

import argparse
import json
import resource
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import process_time

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from suites.unit.hostile.door import Door
from suites.unit.hostile.mutating import Mutator
from suites.unit.hostile.trying import Finding, commanded, doors, tried

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  what is written there never meets a disk
COMMAND_EVERY = 250
FOUND_MAX = 20
# What would fill the machine ends with a MemoryError, and that is a finding.
MEMORY_BYTES_MAX = 3 * 1024**3


@dataclass(slots=True)
class Count:
    """What came of the inputs at one door."""

    answers: Counter[str] = field(default_factory=Counter)
    commands: int = 0
    cpu_s: float = 0.0
    slowest_s: float = 0.0
    found: list[Finding] = field(default_factory=list)


def attack(door: Door, inputs: int, seed: int, progress: Progress) -> Count:
    """Try the bombs, then so many inputs as the seed draws."""
    count, mutator = Count(), Mutator(door.corpus, f"{seed} {door.name}")
    task = progress.add_task(door.name, total=inputs)
    for number in range(inputs):
        data = door.bombs[number] if number < len(door.bombs) else mutator.next()
        began = process_time()
        answer = tried(door, data)
        took = process_time() - began
        count.cpu_s += took
        count.slowest_s = max(count.slowest_s, took)
        if isinstance(answer, str):
            count.answers[answer] += 1
        else:
            count.found.append(answer)
        if number % COMMAND_EVERY == 0 or number < len(door.bombs):
            count.commands += len(door.commands)
            wrong = commanded(door, data)
            count.found += [wrong] if wrong else []
        if number % 100 == 99:
            progress.update(task, completed=number + 1)
        if len(count.found) >= FOUND_MAX:
            break
    progress.update(task, completed=inputs)
    return count


def keep(finding: Finding, folder: Path) -> str:
    """Write the input that got through, and say how to try it again."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{finding.door}-{sha256(finding.data).hexdigest()[:12]}"
    path.write_bytes(finding.data)
    return f"{finding.door}: {finding.what}\n  python -m benchmarks.fuzz --input {path} {finding.door}"


def table_of(counts: dict[str, Count]) -> Table:
    table = Table(*("door", "inputs", "refused", "read", "got through", "commands", "cpu s", "slowest ms"))
    for name, one in counts.items():
        inputs = one.answers.total() + len(one.found)
        cells = (inputs, one.answers["refused"], one.answers["read"], len(one.found), one.commands)
        table.add_row(
            name, *(f"{cell:,}" for cell in cells), f"{one.cpu_s:.0f}", f"{one.slowest_s * 1000:.0f}"
        )
    return table


def plain(count: Count) -> dict[str, object]:
    return {
        **count.answers,
        "found": [one.what for one in count.found],
        "commands": count.commands,
        "cpu_s": round(count.cpu_s, 1),
        "slowest_ms": round(count.slowest_s * 1000, 1),
    }


def again(path: Path, every: tuple[Door, ...]) -> int:
    """Try one kept input once more, at each door that was named."""
    data, wrong = path.read_bytes(), 0
    for door in every:
        answers = tried(door, data), commanded(door, data)
        wrong += any(isinstance(one, Finding) for one in answers)
        for one in answers:
            print(door.name, one.what if isinstance(one, Finding) else one)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=1_000_000, help="How many, over all doors.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="Print the counts as one JSON object.")
    parser.add_argument(
        "--kept", type=Path, default=Path(".autobiz/fuzz"), help="Where findings are written."
    )
    parser.add_argument("--input", type=Path, help="Try this file only.")
    parser.add_argument("doors", nargs="*", help="Which ways in; all if none is named.")
    asked = parser.parse_args()
    console = Console(stderr=True)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None) as folder:
        every = doors(Path(folder))
        chosen = tuple(door for door in every if not asked.doors or door.name in asked.doors)
        if not chosen or len(chosen) < len(set(asked.doors)):
            parser.error(f"doors are {', '.join(door.name for door in every)}")
        if asked.input:
            return int(again(asked.input, chosen) > 0)
        each = -(-asked.inputs // len(chosen))
        with Progress(console=console, transient=True) as progress:
            counts = {door.name: attack(door, each, asked.seed, progress) for door in chosen}
    if asked.json:
        print(json.dumps({name: plain(count) for name, count in counts.items()}, indent=2))
    else:
        Console(width=110).print(table_of(counts))
    found = [one for count in counts.values() for one in count.found]
    for one in found:
        print(keep(one, asked.kept), file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
