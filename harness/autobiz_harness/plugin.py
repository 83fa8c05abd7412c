"""The pytest plugin: marks, options and the `seed` fixture. Inert until one of its options is used."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .adoption import adoption_of
from .marks import MARKERS, SUITES, suite_of_path

if TYPE_CHECKING:
    from autobiz_oracles import Expect

    from .recording import Recorder

RECORDER: "pytest.StashKey[Recorder]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    option = parser.getgroup("autobiz", "deploy gates (autobiz)").addoption
    option("--gate-ledger", metavar="PATH", help="append one entry per test to a ledger in this folder")
    option("--gate-seed", metavar="N", type=int, default=0, help="base of each trial's own seed (default: 0)")
    option("--gate-run", metavar="R", type=int, default=1, help="which run this is, from 1 (default: 1)")
    option("--gate-order", choices=("file", "random"), default="file", help="random: by seed and run")
    option("--gate-shard", metavar="I/N", help="run part I of N; the parts' ledgers fold together")
    option("--gate-batch", metavar="K/N", help="run the K-th N cases of the order that --gate-seed fixes")
    option("--gate-resume", action="store_true", help="leave out what the ledger holds of this run")
    option("--gate-stage", metavar="NAME", help="name of the stage, kept in the ledger")
    parser.addini(
        "gate_infrastructure_errors",
        "errors (module.Class) that make a trial invalid, not failed",
        "linelist",
    )
    option("--gate-context", metavar="FILE", help="run id and subject as `gate run` wrote them")
    option("--gate-causes", metavar="FILE", help="run no test: find the cause that `gate burst` asks for")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from .flake_hooks import FlakeHooks

    pluginmanager.add_hookspecs(FlakeHooks)


def pytest_configure(config: pytest.Config) -> None:
    if "AUTOBIZ_LIFELINE" in os.environ:
        from .lifeline import hold_on

        hold_on()
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    adoption = adoption_of(config)
    if adoption.guard is not None:
        from .guards.guarding import guarding_for

        # First of all, so that nothing that is loaded from here on goes unguarded.
        config.pluginmanager.register(guarding_for(adoption.guard, config.rootpath), "autobiz-guarding")
    if adoption.adopted:
        from .weighing import Weighing

        config.pluginmanager.register(Weighing(adoption, config), "autobiz-weighing")
    if config.option.gate_causes:
        from .cause_finder import CauseFinder

        config.pluginmanager.register(CauseFinder(Path(config.option.gate_causes)), "autobiz-causes")
    if _asked(config):
        from .recording import recorder_for

        recorder = recorder_for(config)
        config.stash[RECORDER] = recorder
        config.pluginmanager.register(recorder, "autobiz-recorder")


def _asked(config: pytest.Config) -> bool:
    option = config.option
    return bool(
        option.gate_ledger
        or option.gate_shard
        or option.gate_batch
        or option.gate_order != "file"
        or option.gate_seed
        or option.gate_run != 1
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test below `suites/` the mark of its folder, so that `-m golden` finds it."""
    if not (config.rootpath / "suites").is_dir():
        return
    suites: dict[object, str | None] = {}
    for item in items:
        if item.path not in suites:
            suites[item.path] = suite_of_path(item.path, config.rootpath)
        suite = suites[item.path]
        if suite is not None and not any(mark.name in SUITES for mark in item.iter_markers()):
            item.add_marker(suite)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """This trial's own number: the same for the same test, run and --gate-seed, wherever it runs."""
    from .seeds import derive_seed

    config = request.config
    recorder = config.stash.get(RECORDER, None)
    case = request.node.nodeid if recorder is None else recorder.case_of(request.node)
    return derive_seed(config.option.gate_seed, config.option.gate_run, case)


@pytest.fixture
def expect() -> "Expect":
    """The word that expectations begin with; oracles are loaded for those who ask for it."""
    from autobiz_oracles import expect as word

    return word
