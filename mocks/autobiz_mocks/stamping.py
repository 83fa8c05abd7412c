"""Write on every request whose it is and when it was sent in virtual time; the product does not know."""

from dataclasses import replace

from autobiz_kernel import Clock
from autobiz_kernel.transport import Answer, Outgoing, Send

TRIAL_HEADER = "X-AutoBiz-Trial"
VTIME_HEADER = "X-AutoBiz-Vtime"


def stamped(send: Send, *, trial: str, clock: Clock) -> Send:
    """Wrap a transport so that a shared journal can tell this trial's requests from others'."""

    async def stamped_send(outgoing: Outgoing) -> Answer:
        stamps = {TRIAL_HEADER: trial, VTIME_HEADER: clock.now().isoformat()}
        return await send(replace(outgoing, headers={**outgoing.headers, **stamps}))

    return stamped_send
