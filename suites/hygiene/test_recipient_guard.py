"""No real recipient: mail of a test goes to domains that nobody can own."""

import pytest

from autobiz_harness.guards import real_recipients
from autobiz_oracles import expect

from ..inner_pytest import QUIET
from ..ledgers import outcomes
from .test_credential_guard import SENDS

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-RH03"),
    pytest.mark.test_id("P1-H04"),
]

# In two parts, so that this file itself addresses nobody.
SOMEBODY = "ada" + "@" + "gmail.com"


@pytest.mark.negative
@pytest.mark.parametrize(
    "text",
    [
        SOMEBODY,
        f"Ada <{SOMEBODY}>",
        f'{{"personalizations": [{{"to": [{{"email": "{SOMEBODY}"}}]}}]}}',
        SOMEBODY.replace("@", "%40"),
        SOMEBODY.upper(),
        "ada" + "@" + "example.com.evil.org",
        "ada" + "@" + "notexample.com",
        "ada+tag" + "@" + "mail.co.uk",
    ],
)
def test_a_real_recipient_is_seen(text: str) -> None:
    """An address at a domain that somebody may own is found in any wrapping."""
    expect.worlds(len(list(real_recipients(text))), 1).alike()


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com, ada@shop.example.org, ada@example.net",
        "ada@shop.test ada@x.invalid ada@localhost ada%40EXAMPLE.com",
        "http://user:password@127.0.0.1:5432/x_test",
        "image@sha256:0123 and name@1.2.3",
        "no address at all",
    ],
)
def test_reserved_domains_are_nobodys(text: str) -> None:
    """Reserved domains, their subdomains, and what is no address at all are left alone."""
    expect.complaints(list(real_recipients(text)), about=text).none()


def test_a_project_may_allow_a_domain_of_its_own() -> None:
    """A listed domain is allowed with its subdomains, and no other that ends alike."""
    text = " ".join("ada" + "@" + domain for domain in ("ours.dev", "mail.ours.dev", "notours.dev"))
    expect.worlds(list(real_recipients(text, ("ours.dev",))), ["ada" + "@" + "notours.dev"]).alike()


@pytest.mark.negative
def test_mail_for_somebody_fails_the_test_that_sends_it(pytester: pytest.Pytester) -> None:
    """A request that carries a real address is refused before it leaves, and its test fails."""
    pytester.makepyprojecttoml("[tool.autobiz.guard]\nrecipients = []\n")
    pytester.makepyfile(SENDS.replace("SECRET-HERE", SOMEBODY))

    result = pytester.runpytest_subprocess(*QUIET, "--gate-ledger=ledger")

    found = outcomes(pytester.path / "ledger")
    expect.worlds(
        [name for name, outcome in found.items() if outcome == "fail"],
        [
            "test_header",
            "test_body",
            "test_urllib",
        ],
    ).alike()
    result.stdout.fnmatch_lines([f"REFUSED * http.client.send of mail for {SOMEBODY}, whose domain is not*"])


SMTP = """
import smtplib, socketserver, threading
import pytest

class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 here\\r\\n")
        while line := self.rfile.readline():
            self.wfile.write(b"221 bye\\r\\n" if line.startswith(b"QUIT") else b"250 ok\\r\\n")

@pytest.fixture(scope="module")
def port():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()

def send(port, to):
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as smtp:
        smtp.mail("a@example.com")
        smtp.rcpt(to)

def test_real(port): send(port, "SOMEBODY")
def test_reserved(port): send(port, "ada@example.org")
"""


@pytest.mark.negative
def test_smtp_is_guarded_too(pytester: pytest.Pytester) -> None:
    """A recipient that is named to a mail server is refused like one in a request."""
    pytester.makepyprojecttoml("[tool.autobiz.guard]\nrecipients = []\n")
    pytester.makepyfile(SMTP.replace("SOMEBODY", SOMEBODY))

    pytester.runpytest_subprocess(*QUIET, "--gate-ledger=ledger")

    expect.worlds(outcomes(pytester.path / "ledger"), {"test_real": "fail", "test_reserved": "pass"}).alike()
