"""What each house rule must catch and what it must let pass: the line complained of, or none."""

from typing import NamedTuple

GATES = "gates/autobiz_gates/one.py"
KERNEL = "kernel/autobiz_kernel/one.py"
HARNESS = "harness/autobiz_harness/cli/one.py"
REPORTS = "reports/autobiz_reports/one.py"
GOLDEN = "suites/golden/test_one.py"
UNIT = "suites/unit/test_one.py"
LINE = '"""Says."""\n'


class Snippet(NamedTuple):
    """A module in the mind: the rule it is shown to, where it would lie, its text, the line at fault."""

    rule: str
    path: str
    text: str
    line: int | None
    says: str = ""


BAD = (
    Snippet("telling_name", "kernel/autobiz_kernel/utils.py", "", 1, "name the concept"),
    Snippet("telling_name", "gates/autobiz_gates/common/one.py", "", 1, "'common'"),
    Snippet("telling_name", "harness/autobiz_harness/_core.py", "", 1, "'_core'"),
    Snippet("telling_name", "suites/helpers.py", "", 1, "'helpers'"),
    Snippet("short_module", GATES, "x = 1\n" * 301, 301, "301 lines, 300 at most"),
    Snippet("short_function", GATES, "x = 1\ndef long():\n" + "    x = 1\n" * 60, 2, "long() has 61 lines"),
    Snippet("short_function", GATES, "class A:\n    async def m(self):\n" + "        x = 1\n" * 60, 2, "m()"),
    Snippet("front_door", REPORTS, "from autobiz_gates.tally import Tally\n", 1, "import from autobiz_gates"),
    Snippet("front_door", HARNESS, "import autobiz_kernel.keys\n", 1, "import from autobiz_kernel"),
    Snippet("front_door", HARNESS, "import sys\nimport autobiz_gates.kinds as k\n", 2, "front door"),
    Snippet("front_door", HARNESS, "def f():\n    from autobiz_gates.plan import plan\n", 2, "front door"),
    Snippet(
        "front_door",
        "mocks/autobiz_mocks/one.py",
        "from autobiz_gates.statistics.wilson import wilson_lower\n",
        1,
        "import from autobiz_gates.statistics",
    ),
    Snippet("front_door", GOLDEN, "from autobiz_kernel.keys import internal_key\n", 1, "autobiz_kernel"),
    Snippet("front_door", "benchmarks/one.py", "from autobiz_gates.fold import fold\n", 1, "autobiz_gates"),
    Snippet("siblings", GATES, "from autobiz_gates import Tally\n", 1, "its own front door"),
    Snippet("siblings", GATES, "import autobiz_gates\n", 1, "its own front door"),
    Snippet("siblings", GATES, "from autobiz_gates.tally import Tally\n", 1, "relative import"),
    Snippet("siblings", GATES, "from . import tally\n", 1, "from .sibling import name"),
    Snippet("siblings", HARNESS, "from .. import marks\n", 1, "from ..sibling import name"),
    Snippet("siblings", HARNESS, "from autobiz_harness.cli import main\n", 1, "its own front door"),
    Snippet("siblings", HARNESS, "import autobiz_harness\n", 1, "its own front door"),
    Snippet(
        "siblings", "harness/autobiz_harness/stack/one.py", "from autobiz_harness.stack import join\n", 1
    ),
    Snippet("ports", KERNEL, "import time\nnow = time.time()\n", 2, "ask the component's clock"),
    Snippet("ports", KERNEL, "from time import time\nnow = time()\n", 2, "time.time"),
    Snippet("ports", KERNEL, "from time import monotonic as m\nclock = m\n", 2, "time.monotonic"),
    Snippet("ports", HARNESS, "import time as t\nt.perf_counter()\n", 2, "time.perf_counter"),
    Snippet("ports", KERNEL, "from datetime import datetime, UTC\ndatetime.now(UTC)\n", 2, "datetime.now"),
    Snippet("ports", KERNEL, "import datetime\ndatetime.datetime.utcnow()\n", 2, "utcnow"),
    Snippet("ports", GATES, "import datetime as dt\ndt.datetime.today()\n", 2, "today"),
    Snippet("ports", GATES, "from datetime import date\ndate.today()\n", 2, "date.today"),
    Snippet("ports", GATES, "import random\nrandom.shuffle([])\n", 2, "random.Random(seed)"),
    Snippet("ports", GATES, "from random import choice\nchoice([1])\n", 2, "random.choice"),
    Snippet("ports", UNIT, "import random\nrng = random.Random()\n", 2, "random.Random(seed)"),
    Snippet("ports", UNIT, "import random\nrandom.seed(1)\n", 2, "random.Random(seed)"),
    Snippet("ports", KERNEL, "from random import SystemRandom\nSystemRandom()\n", 2, "random.SystemRandom"),
    Snippet("ports", UNIT, "import time\ndef f():\n    time.sleep(1)\n", 3, "suites/waiting.py"),
    Snippet("ports", UNIT, "import asyncio\nasyncio.sleep(0.1)\n", 2, "suites/waiting.py"),
    Snippet("ports", KERNEL, "import time\ntime.sleep(1)\n", 2, "hand the pause to a port"),
    Snippet("ports", UNIT, "import time\nbegan = time.monotonic()\n", 2, "time.monotonic"),
    Snippet("ports", "kernel/autobiz_kernel/clock.py", "import time\ntime.time()\n", 2, "time.time"),
    Snippet("no_print", KERNEL, "print('here')\n", 1, "click.echo"),
    Snippet("no_print", HARNESS, "def f():\n    print('here')\n", 2, "click.echo"),
    Snippet("no_print", UNIT, "print('here')\n", 1, "prints"),
    Snippet("no_promise", KERNEL, f"x = 1  # {'TO'}{'DO'} later\n", 1, "finish it"),
    Snippet("no_promise", UNIT, f'{LINE}"""\n{"FIX"}{"ME"}\n"""\n', 3, "finish it"),
    Snippet("no_promise", GATES, f"# {'X' * 3}: odd\n", 1, "finish it"),
    Snippet("no_banner", GATES, "# ---------- parsing\n", 1, "a banner"),
    Snippet("no_banner", GATES, "x = 1\n# =====\n", 2, "a banner"),
    Snippet("no_banner", GATES, "#########\n", 1, "a banner"),
    Snippet("reasoned_suppression", GATES, "x = eval('1')  # noqa\n", 1, "suppresses everything"),
    Snippet("reasoned_suppression", GATES, "x = eval('1')  # noqa: S307\n", 1, "without a reason"),
    Snippet("reasoned_suppression", GATES, "x = 1  # noqa: S307, E501\n", 1, "without a reason"),
    Snippet("reasoned_suppression", GATES, "x: int = ''  # type: ignore\n", 1, "suppresses everything"),
    Snippet("reasoned_suppression", GATES, "x: int = ''  # type: ignore[a]\n", 1, "without a reason"),
    Snippet("reasoned_suppression", GATES, "# ruff: noqa\nx = 1\n", 1, "suppresses everything"),
    Snippet("specifying_docstring", UNIT, "def test_it():\n    pass\n", 1, "has no docstring"),
    Snippet("specifying_docstring", UNIT, "async def test_it():\n    pass\n", 1, "has no docstring"),
    Snippet("specifying_docstring", UNIT, 'def test_it():\n    """It holds"""\n', 1, "without an end"),
    Snippet(
        "specifying_docstring", UNIT, 'def test_it():\n    """It. Holds."""\n', 1, "more than one sentence"
    ),
    Snippet(
        "specifying_docstring", UNIT, "class TestA:\n    def test_it(self): pass\n", 2, "has no docstring"
    ),
)

GOOD = (
    Snippet("telling_name", "kernel/autobiz_kernel/keys.py", "", None),
    Snippet("short_module", GATES, "x = 1\n" * 300, None),
    Snippet("short_function", GATES, "def long():\n" + "    x = 1\n" * 59, None),
    Snippet("front_door", REPORTS, "from autobiz_gates import Tally\n", None),
    Snippet("front_door", HARNESS, "from autobiz_gates.statistics import wilson_lower\n", None),
    Snippet("front_door", HARNESS, "from autobiz_gates import statistics\n", None),
    Snippet("front_door", HARNESS, "from autobiz_harness.run.config import Stage\n", None),
    Snippet("front_door", GOLDEN, "from autobiz_harness.stack import join\n", None),
    Snippet("front_door", UNIT, "from autobiz_gates.schema import schema_text\n", None),
    Snippet("siblings", GATES, "from .tally import Tally\nfrom autobiz_kernel import keys\n", None),
    Snippet("siblings", HARNESS, "from autobiz_harness.stack import join\nfrom .top import main\n", None),
    Snippet("siblings", UNIT, "from autobiz_gates import Tally\n", None),
    Snippet("ports", "kernel/autobiz_kernel/clock.py", "import datetime\ndatetime.datetime.now()\n", None),
    Snippet("ports", "suites/waiting.py", "import time\ntime.sleep(time.monotonic())\n", None),
    Snippet("ports", UNIT, "import random\nrng = random.Random(7)\nrng.shuffle([])\n", None),
    Snippet("ports", UNIT, "import asyncio\nasyncio.sleep(0)\n", None),
    Snippet("ports", KERNEL, "from datetime import datetime\ndatetime(2026, 1, 1)\n", None),
    Snippet("ports", KERNEL, "def f(time, random):\n    return time.time() + random.random()\n", None),
    Snippet("no_print", "benchmarks/one.py", "print('a table')\n", None),
    Snippet("no_print", UNIT, "print('x')  # noqa: T201  # how this script speaks\n", None),
    Snippet("no_promise", GATES, "TODOS = 'a name'\n", None),
    Snippet("no_banner", GATES, "x = 1  # a - b -- c\n", None),
    Snippet("no_banner", GATES, "x = '# ------'\n", None),
    Snippet("reasoned_suppression", GATES, "x = 1  # noqa: S307  # the words are ours\n", None),
    Snippet("reasoned_suppression", GATES, "x = 1  # type: ignore[a]  # a wrong type is tried\n", None),
    Snippet("specifying_docstring", UNIT, 'def test_it():\n    """It holds, e.g. here."""\n', None),
    Snippet("specifying_docstring", UNIT, "def help_it():\n    pass\n", None),
    Snippet("specifying_docstring", "suites/small_project.py", "def test_it():\n    pass\n", None),
)
