"""Be the process of one isolated tool; run as a script, so it imports nothing but the standard library.

It gets one JSON object on its standard input and writes one JSON object to the pipe whose number it is given.
Standard output is no channel: what a tool prints goes nowhere.
"""

import importlib
import json
import os
import resource
import sys
from typing import Any

MESSAGE_CHARACTERS_MAX = 500


def answer_of(request: dict[str, Any]) -> dict[str, Any]:
    """Call the function that is asked for and say how it went."""
    try:
        module = importlib.import_module(request["module"])
        function = getattr(module, request["function"])
    except (ImportError, AttributeError) as error:
        return {"not_found": str(error)[:MESSAGE_CHARACTERS_MAX]}
    try:
        result = function(*request["arguments"])
    except BaseException as error:  # noqa: BLE001  # whatever a tool raises is its answer, exits among them
        said = f"{type(error).__name__}: {error}"[:MESSAGE_CHARACTERS_MAX]
        return {"nothing" if isinstance(error, kernels("NotDoneError")) else "raised": said}
    is_refused = isinstance(result, kernels("Refused"))
    if is_refused:
        result = result.result
    try:
        json.dumps(result, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return {"not_json": f"{type(result).__name__}: {error}"[:MESSAGE_CHARACTERS_MAX]}
    return {"refused" if is_refused else "done": result}


def kernels(name: str) -> Any:
    """Return a type of the kernel's, for `isinstance`; a tool that has not imported it cannot use it."""
    return getattr(sys.modules.get("autobiz_kernel.tool"), name, ())


def limit(memory_bytes: int, cpu_s: int) -> None:
    """Let the kernel of the machine hold the tool to its limits too."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def main() -> None:
    request = json.load(sys.stdin)
    sys.stdin.close()
    sys.path[:] = request["path"]
    limit(request["memory_bytes"], request["cpu_s"])
    answer = answer_of(request)
    with os.fdopen(int(sys.argv[1]), "wb") as pipe:
        pipe.write(json.dumps(answer, allow_nan=False).encode())
    # Threads that a tool has left behind must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
