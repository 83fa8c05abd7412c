"""What every Python child of a guarded test loads first: the guard, then the machine's sitecustomize."""

import importlib.machinery
import importlib.util
import sys
from pathlib import PurePath

# A pytest that is itself such a child imports the module by this name, and so finds the one that is guarding.
_NAME = "autobiz_harness.guards.audit"


def _guard() -> None:
    here = PurePath(__file__).parent
    sys.path[:] = [one for one in sys.path if one != str(here)]
    spec = importlib.util.spec_from_file_location(_NAME, here.parent / "audit.py")
    if spec is None or spec.loader is None:
        return
    module = sys.modules[_NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.guard_child()


def _go_on() -> None:
    spec = importlib.machinery.PathFinder.find_spec(__name__, sys.path)
    if spec is None or spec.loader is None:
        return
    module = sys.modules[__name__] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


_guard()
_go_on()
