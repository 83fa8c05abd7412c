"""The door through which everything leaves, and which stays shut once it had to refuse."""

import subprocess
import sys

import pytest

from autobiz_kernel.transport import (
    STRIPE,
    Egress,
    ForbiddenEgressError,
    LiveAccount,
    Outgoing,
    SandboxAccount,
)

from ....live_looking import LIVE

SANDBOX = SandboxAccount(provider=STRIPE, base_url="http://127.0.0.1:1", key="sk_test_FAKE")
FINE = Outgoing(method="POST", path="/v1/refunds", body=b"amount=1", key="autobiz:0")
pytestmark = pytest.mark.requirement("P1-RH01", "P1-RH02")


@pytest.mark.negative
@pytest.mark.test_id("P1-H01")
@pytest.mark.parametrize(
    "outgoing",
    [
        Outgoing(method="POST", path="/v1/refunds", headers={"Authorization": f"Bearer {LIVE['stripe']}"}),
        Outgoing(method="POST", path="/v1/refunds", body=f"note={LIVE['stripe']}".encode()),
        Outgoing(method="GET", path=f"/v1/refunds?x={LIVE['sendgrid']}"),
        Outgoing(method="POST", path="/x", body=f'{{"t":"{LIVE["slack token"]}"}}'.encode()),
        Outgoing(method="POST", path="/x", body=b"\xff" + LIVE["anthropic"].encode()),
    ],
    ids=["header", "body", "path", "json", "beside_bytes"],
)
def test_a_live_key_leaves_no_sandbox(outgoing: Outgoing) -> None:
    """Wherever in a request of a sandbox account a live key stands, the request does not leave."""
    egress = Egress()
    with pytest.raises(ForbiddenEgressError) as caught:
        egress.let_pass(SANDBOX, outgoing)
    assert not any(key in str(caught.value) for key in LIVE.values())
    assert len(egress.refused) == 1


@pytest.mark.negative
def test_what_was_refused_once_shuts_the_door() -> None:
    """After a refusal nothing leaves, whoever swallowed it and whatever is asked next."""
    egress = Egress()
    egress.let_pass(SANDBOX, FINE)
    with pytest.raises(ForbiddenEgressError, match="foreign"):
        egress.refuse("a foreign host")
    for _ in range(2):
        with pytest.raises(ForbiddenEgressError, match="nothing leaves any more, since a foreign host"):
            egress.let_pass(SANDBOX, FINE)
    assert egress.refused == ["a foreign host"]


def test_a_live_account_uses_its_key() -> None:
    """What a sandbox must not say is what a live account says in every request."""
    live = LiveAccount(provider=STRIPE, base_url="https://api.stripe.com", key=LIVE["stripe"])
    Egress().let_pass(live, Outgoing(method="GET", path="/v1", headers={"Authorization": LIVE["stripe"]}))


def test_it_is_no_ordinary_error() -> None:
    """Code that survives any failing provider does not survive this."""
    assert not issubclass(ForbiddenEgressError, Exception)


@pytest.mark.negative
@pytest.mark.test_id("P1-H01")
def test_a_live_key_ends_the_process() -> None:
    """Whoever survives every error of a provider does not survive a live key in a sandbox."""
    program = (
        "from autobiz_kernel.transport import STRIPE, SandboxAccount\n"
        "try:\n"
        f"    SandboxAccount(provider=STRIPE, base_url='http://127.0.0.1', key={LIVE['stripe']!r})\n"
        "except Exception:\n"
        "    print('survived')\n"
        "print('went on')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "ForbiddenEgressError: stripe: the key of a sandbox account looks live" in done.stderr
    assert LIVE["stripe"] not in done.stderr.replace(program, "")
