"""A planted set of silly tests: where oracles are required, none of them passes."""

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of, expect_outcomes
from ..ledgers import outcomes
from .silly import HOLLOW, HONEST, PRELUDE, SILLY, as_tests

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-TR05"),
    pytest.mark.test_id("P1-T-EXIT-05"),
]

REQUIRED = '[tool.autobiz]\noracles_required = ["golden"]\n'


@pytest.mark.negative
def test_no_silly_test_passes(pytester: pytest.Pytester) -> None:
    """Thirty tests that assert nothing, swallow, look away or judge nothing, and those whose evidence is
    empty or of their own making, are all unknown or failed; honest ones beside them pass."""
    pytester.makepyprojecttoml(REQUIRED)
    pytester.makepyfile(test_silly=PRELUDE + as_tests({**SILLY, **HOLLOW, **HONEST}))

    pytester.runpytest_subprocess(*QUIET, "-p", "no:xdist", "--gate-ledger=ledger")

    found = outcomes(pytester.path / "ledger")
    passed = sorted(name.removeprefix("test_") for name, outcome in found.items() if outcome == "pass")
    expect.worlds(passed, sorted(HONEST)).alike()
    expect.worlds(sorted(set(found.values())), ["fail", "pass", "unknown"]).alike()
    expect.value((len(SILLY), len(found))).equals((30, len(SILLY) + len(HOLLOW) + len(HONEST)))


CONSTANTS = """
import json, os
import pytest
from autobiz_oracles import expect
from decimal import Decimal
import neighbour

pytestmark = pytest.mark.golden
WANTED = [Decimal(1), Decimal(2)]
READ = os.getcwd()

def made(): return [*WANTED]
def made_of_itself(n): return made_of_itself(n - 1) if n else made()

@pytest.fixture
def read(): return READ
@pytest.fixture
def read_elsewhere(tmp_path): return [str(tmp_path)]
@pytest.fixture
def constant(): return 7
@pytest.fixture
def built_of_a_constant(constant, request): return [constant]

def test_a_fixture_of_a_fixture(read_elsewhere): expect.worlds(read_elsewhere, [*read_elsewhere]).alike()
def test_constant_fixture_of_a_fixture(built_of_a_constant):
    expect.worlds(built_of_a_constant, [*built_of_a_constant]).alike()
def test_a_fixture(read, expect): expect.worlds(read, READ).alike()
def test_a_neighbour(): expect.worlds(neighbour.SIZE, 7).alike()
def test_an_import_inside():
    from neighbour import SIZE
    expect.worlds(SIZE, 7).alike()
def test_a_name_that_was_read(): expect.worlds(READ, READ).alike()
def test_an_open_file(): expect.worlds(len(open("neighbour.py").read()), 8).alike()
class TestMethods:
    def test_of_a_class(self): expect.worlds(self.__class__.__name__, "TestMethods").alike()

def test_constant_a_fixture_unused(read, expect): expect.worlds(WANTED, made()).alike()
def test_constant_a_function_of_constants(): expect.worlds(made_of_itself(3), made()).alike()
@pytest.mark.parametrize("number", [1, 2])
def test_constant_parametrised(number): expect.worlds([number], [number]).alike()
async def test_constant_lambda(): (lambda one: expect.worlds(one, 3).alike())(3)
def test_constant_import_inside(expect):
    from decimal import Decimal
    expect.worlds(Decimal(3), 3).alike()
"""


@pytest.mark.negative
def test_what_may_have_met_the_subject_is_let_pass(pytester: pytest.Pytester) -> None:
    """Only where nothing but literals, oracles and their values can be meant is evidence called constant."""
    pytester.makepyprojecttoml(REQUIRED)
    pytester.makepyfile(test_constants=CONSTANTS, neighbour="SIZE = 7")

    result = pytester.runpytest_subprocess(
        *QUIET, "-p", "no:xdist", "-o", "asyncio_mode=auto", "-o", "pythonpath=.", "--gate-ledger=ledger"
    )

    found = outcomes(pytester.path / "ledger")
    wanted = {name: "unknown" if "_constant_" in name else "pass" for name in found}
    expect.worlds(found, wanted).alike()
    expect_outcomes(result, passed=7, failed=7)
    expect.program(ending_of(result)).said("saw only what the test itself wrote down")
