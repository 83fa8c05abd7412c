"""What can be said of a graph without running it. Ways to steps that are not there are left out."""

from collections.abc import Collection, Mapping

from .graph import CallStep, EndStep, ExpectStep, Graph, RunStep, Step, ways_from


def _next(graph: Graph, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(to for _, to in ways_from(graph.steps[name]) if to in graph.steps))


def reachable(graph: Graph, start: str, *, barred: Collection[str] = ()) -> frozenset[str]:
    """Name the steps that can come from entering `start`, itself included, past what is barred."""
    seen: set[str] = set()
    open_ = [start]
    while open_:
        name = open_.pop()
        if name in seen or name in barred or name not in graph.steps:
            continue
        seen.add(name)
        open_.extend(_next(graph, name))
    return frozenset(seen)


def cycles_without_bound(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Name the cycles of which no step says how often it may be visited, each from its first step on."""
    bounded = {name for name, step in graph.steps.items() if step.visits_max > 1}
    found: list[tuple[str, ...]] = []
    rest = {name for name in graph.steps if name not in bounded}
    done: set[str] = set()
    for start in sorted(rest):
        cycle = None if start in done else _cycle_through(graph, start, rest - done)
        if cycle:
            found.append(cycle)
        done.add(start)
    return tuple(found)


def _cycle_through(graph: Graph, start: str, among: set[str]) -> tuple[str, ...] | None:
    """Return a shortest way from a step back to itself."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for way in ways:
        for to in _next(graph, way[-1]):
            if to == start:
                return way
            if to in among and to not in seen:
                seen.add(to)
                ways.append((*way, to))
    return None


def always_done(graph: Graph) -> Mapping[str, frozenset[str]]:
    """Name for each reachable step the steps whose results are there on every way to it.

    A step has its result only when it is left by its good end; ways of failures lead on without.
    """
    order = sorted(reachable(graph, graph.start))
    every = frozenset(order)
    before: dict[str, frozenset[str]] = dict.fromkeys(order, every)
    before[graph.start] = frozenset()
    arrows = [(name, to, _gains(graph.steps[name], word)) for name in order
              for word, to in ways_from(graph.steps[name]) if to in every]  # fmt: skip
    is_moving = True
    while is_moving:
        is_moving = False
        for name, to, gains in arrows:
            # What is known where the arrow begins, and the step's own result if the arrow brings it.
            told = before[to] & (before[name] | ({name} if gains else frozenset()))
            if told != before[to]:
                before[to], is_moving = told, True
    return before


def _gains(step: Step, word: str) -> bool:
    match step:
        case CallStep() | RunStep():
            return word == ""
        case ExpectStep():
            return word == step.event
    return False


def may_escape(graph: Graph, start: str, *, barred: Collection[str]) -> bool:
    """Whether a good end can be reached from a step without passing one of those that are barred."""
    steps = (graph.steps[name] for name in reachable(graph, start, barred=barred))
    return any(isinstance(step, EndStep) and step.completes for step in steps)
