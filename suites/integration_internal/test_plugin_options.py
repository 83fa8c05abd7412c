"""--gate-seed, --gate-run, --gate-order, --gate-shard, --gate-resume: what each changes, and nothing else."""

import json
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of, expect_lines
from ..ledgers import outcomes, planned, trials

pytestmark = pytest.mark.priority("P0")

TEN = "import pytest\n@pytest.mark.parametrize('n', range(10))\ndef test_it(n): pass\n"
SEEDS = (
    "import pytest\n@pytest.mark.parametrize('n', range(5))\n"
    "def test_it(n, seed): print(f'\\nSEED {n}', seed)\n"
)


def seeds(pytester: pytest.Pytester, *options: str) -> dict[str, str]:
    """The seed each test was given."""
    result = pytester.runpytest(*QUIET, "-s", *options)
    return dict(
        line.removeprefix("SEED ").split() for line in result.stdout.lines if line.startswith("SEED ")
    )


def test_each_trial_has_a_seed_of_its_own(pytester: pytest.Pytester) -> None:
    """The seed differs from case to case, from run to run and from base to base."""
    pytester.makepyfile(SEEDS)

    base = seeds(pytester, "--gate-seed=1")

    expect.value(len(set(base.values()))).equals(5)
    expect.value(base.values()).lacks(*seeds(pytester, "--gate-seed=2").values())
    expect.value(base.values()).lacks(*seeds(pytester, "--gate-seed=1", "--gate-run=2").values())


def test_a_seed_does_not_depend_on_order_or_company(pytester: pytest.Pytester) -> None:
    """A case alone, in random order, or with options left at their defaults has the same seed."""
    pytester.makepyfile(SEEDS)

    together = seeds(pytester)

    expect.value(seeds(pytester, "--gate-order=random")).equals(together)
    expect.value(seeds(pytester, "-k", "3")).equals({"3": together["3"]})


def test_the_seed_in_the_ledger_is_the_seed_of_the_fixture(pytester: pytest.Pytester) -> None:
    """The entry holds the number the test was given."""
    pytester.makepyfile(SEEDS)

    given = seeds(pytester, "--gate-ledger=ledger", "--gate-seed=7")

    expect.value({str(trial.seed) for trial in trials(pytester.path / "ledger")}).equals(set(given.values()))


def test_a_failure_prints_the_command_that_repeats_it(pytester: pytest.Pytester) -> None:
    """The printed command alone gives the failing trial its seed again."""
    pytester.makepyfile("def test_it(seed): assert seed == 0, f'drew {seed}'\n")
    first = pytester.runpytest(*QUIET, "--gate-seed=41", "--gate-run=3", "--gate-ledger=ledger")
    command = next(line for line in first.stdout.lines if line.startswith("pytest 'test_"))

    again = pytester.runpytest(*QUIET, *command.replace("'", "").split()[1:])

    drew = next(line for line in first.stdout.lines if "drew" in line)
    expect.value(again.stdout.lines).contains(drew)


def order(pytester: pytest.Pytester, *options: str) -> list[str]:
    pytester.runpytest(*QUIET, f"--gate-ledger=ledger{len(list(pytester.path.iterdir()))}", *options)
    newest = max(pytester.path.glob("ledger*"), key=lambda path: int(path.name.removeprefix("ledger")))
    return planned(newest)


def test_random_order_is_drawn_from_seed_and_run(pytester: pytest.Pytester) -> None:
    """The same seed and run give the same order, another run another one, and no case is lost."""
    pytester.makepyfile(TEN)

    by_file = order(pytester)
    drawn = order(pytester, "--gate-order=random")

    expect.value(drawn).differs_from(by_file)
    expect.value(sorted(drawn)).equals(sorted(by_file))
    expect.value(drawn).equals(order(pytester, "--gate-order=random"))
    expect.value(drawn).differs_from(order(pytester, "--gate-order=random", "--gate-run=2"))


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_shards_part_the_cases(pytester: pytest.Pytester, workers: str) -> None:
    """Every case falls to exactly one shard."""
    pytester.makepyfile(TEN)

    for index in (1, 2, 3):
        pytester.runpytest(*QUIET, workers, f"--gate-shard={index}/3", "--gate-ledger=ledger")

    expect.value(len(outcomes(pytester.path / "ledger"))).equals(10)
    expect.value(len(planned(pytester.path / "ledger"))).equals(10)


@pytest.mark.negative
@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_refused(pytester: pytest.Pytester, shard: str) -> None:
    """A malformed shard is a usage error, not an empty run."""
    result = pytester.runpytest(*QUIET, f"--gate-shard={shard}")

    expect.program(ending_of(result)).ended(int(pytest.ExitCode.USAGE_ERROR))
    expect_lines(result.errlines, f"*--gate-shard {shard}: write it as I/N*")


def context(path: Path) -> str:
    """A context as `gate run` writes it."""
    file = path / "run.json"
    file.write_text(json.dumps({"run_id": "run-1", "subject": {"commit": "c"}, "gate_file_sha256": None}))
    return f"--gate-context={file}"


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_resume_runs_only_what_is_missing(pytester: pytest.Pytester, workers: str) -> None:
    """Cases that have an entry in this run are left out; those of another run are not."""
    pytester.makepyfile(TEN)
    options = (*QUIET, workers, "--gate-ledger=ledger", context(pytester.path))
    pytester.runpytest(*options, "--gate-run=2")
    pytester.runpytest(*options, "-k", "3 or 5")

    result = pytester.runpytest(*options, "--gate-resume")

    expect.value(result.parseoutcomes()["passed"]).equals(8)
    run_1 = [trial.case for trial in trials(pytester.path / "ledger") if trial.run == 1]
    expect.value(len(run_1)).equals(10)
    expect.value(len(set(run_1))).equals(10)


@pytest.mark.negative
def test_every_wrong_option_is_told_at_once(pytester: pytest.Pytester) -> None:
    """Several mistakes on the command line are one usage error that names them all."""
    (pytester.path / "broken.json").write_text("{")

    result = pytester.runpytest(
        *QUIET, "--gate-shard=9/2", "--gate-run=0", "--gate-resume", "--gate-context=broken.json"
    )

    expect.program(ending_of(result)).ended(int(pytest.ExitCode.USAGE_ERROR))
    expect_lines(
        result.errlines,
        "*--gate-shard 9/2*",
        "*--gate-run 0: runs are counted from 1*",
        "*--gate-resume needs --gate-ledger*",
        "*--gate-context broken.json: not a context*",
    )
