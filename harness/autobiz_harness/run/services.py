"""The environment that stages run in: what the project's services are reached by, and no signing key."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from autobiz_harness.clock import monotonic

from .config import RunConfig
from .progress import View


@contextmanager
def services(config: RunConfig, view: View, *, needed: bool = True) -> Iterator[Mapping[str, str]]:
    """The environment of the stages, with the addresses of the services they need."""
    with ExitStack() as held:
        # The tests are the ones being judged: they must not be able to sign their own evidence.
        env = {name: value for name, value in os.environ.items() if not name.startswith("AUTOBIZ_SIGNING_")}
        if config.stack and needed:
            from autobiz_harness.stack import join

            began = monotonic()
            stack = held.enter_context(join(config.root, services=config.stack))
            env.update(stack.env())
            view.say(f"stack: {', '.join(config.stack)} ready in {monotonic() - began:.1f} s")
        yield env
