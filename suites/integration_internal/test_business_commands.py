"""The commands about a business and its runs, as a person types them."""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from psycopg import AsyncConnection

from autobiz_kernel import SystemClock
from autobiz_kernel.workflow import Standing
from autobiz_mocks import VirtualClock
from autobiz_oracles import expect

from ..database import Connections
from ..shop.place import TENANT_A, TEXT, hand_over, refund, shop_in_postgres
from .autobiz_command import autobiz

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R18", "P1-R09"),
]

KEY = Ed25519PrivateKey.from_private_bytes(b"c" * 32)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "ann.pem"
    path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_compile_says_the_digest_and_draws(tmp_path: Path) -> None:
    """A sound business gives its digest and a drawing of each workflow, with exit code 0."""
    ending = autobiz("compile", "suites/shop/shop.yaml", "--graph", "svg", "--into", str(tmp_path))
    expect.program(ending).ended(0).said("shop, 3 workflows")
    drawn = (tmp_path / "refund.svg").read_text(encoding="utf-8")
    # Two ways to one place are one arrow, with both words on it.
    expect.value(drawn).contains("payments.refund@1", "otherwise", ">on denied, refused<", "<svg")


@pytest.mark.negative
def test_compile_says_all_that_is_wrong(tmp_path: Path) -> None:
    """An unsound one gives every fault with its line and code, and exit code 1; no registry gives 2."""
    path = tmp_path / "bad.yaml"
    path.write_text(TEXT.replace("  steps_max: 100\n", "").replace("next: say_yes", "next: say_maybe"))
    expect.program(autobiz("compile", str(path))).ended(1).said("bad.yaml:35: CC-02").said("CC-11")
    expect.program(autobiz("compile", str(path), "--tools", "no.such:thing")).ended(2).said("--tools")


@pytest.mark.negative
def test_compile_looks_for_what_models_are_pinned_to(tmp_path: Path) -> None:
    """Without its prompt and its price on that day a pinned model does not compile; with both it does."""
    path, digest = tmp_path / "shop.yaml", hashlib.sha256(b"Sort it.").hexdigest()
    entry = f"{{provider: openai.chat, model: m-1, prompt_sha256: {digest}}}"
    path.write_text(f"{TEXT}models:\n  sort: {entry}\n")
    line = len(TEXT.splitlines()) + 2
    ending = autobiz("compile", str(path))
    expect.program(ending).ended(1).said(f"shop.yaml:{line}: CC-16 models.sort.prompt_sha256: there is no")
    expect.program(ending).ended(1).said("give --prices")
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "sort.txt").write_text("Sort it.")
    prices = tmp_path / "some.toml"
    price = 'item = "m-1"\nfrom = 2026-06-01\nprice = "1.00"\nper = 1000000'
    prices.write_text(f'currency = "USD"\n[[price]]\n{price}\n')
    words = ["compile", str(path), "--prices", str(prices), "--on"]
    expect.program(autobiz(*words, "2026-05-31")).ended(1).said("the first is from 2026-06-01")
    expect.program(autobiz(*words, "2026-06-01")).ended(0).said("3 workflows")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.test_id("P1-T15", "P1-T16")
async def test_a_request_is_decided_and_its_run_replayed_from_the_terminal(
    app_database: str, app_connections: Connections, tenant: UUID, tmp_path: Path, key_file: Path
) -> None:
    """What waits is listed, a person signs the decision, the run replays; other keys decide nothing."""
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    text = TEXT.replace("slack: U0ANN}", f'slack: U0ANN, key: "{public}"}}')
    file = tmp_path / "shop.yaml"
    file.write_text(text.replace(str(TENANT_A), str(tenant)))
    wires: list[AsyncConnection[Any]] = [await app_connections.borrow() for _ in range(5)]
    shop = shop_in_postgres(wires, tenant, text)
    shop.clock = VirtualClock(SystemClock().now())
    run_id = await shop.start("refund", refund(amount=6_000))
    await shop.advance(run_id)
    (request,) = await shop.waiting()
    listed = autobiz("approvals", "list", "--tenant", str(tenant), database=app_database)
    expect.program(listed).ended(0).said(str(request.approval_id)).said("1 waiting")
    words = ["approvals", "decide", str(request.approval_id), "approve", "--tenant", str(tenant)]
    words += ["--business", str(file), "--key", str(key_file)]
    expect.program(autobiz(*words, "--as", "bob", database=app_database)).ended(2).said("no key")
    decided = autobiz(*words, "--as", "ann", database=app_database)
    expect.program(decided).ended(0).said("is approved")
    expect.program(autobiz(*words, "--as", "ann", database=app_database)).ended(2).said("approved already")
    shop.clock.advance(timedelta(minutes=1))
    expect.value(await shop.advance(run_id)).equals(Standing.ENDED)
    other_run = await shop.start("refund", refund(2, amount=6_000))
    await shop.advance(other_run)
    (waiting,) = await shop.waiting()
    alone = [*words[:2], str(waiting.approval_id), "deny", *words[4:], "--as", "ann", "--override"]
    expect.program(autobiz(*alone, database=app_database)).ended(2)
    expect.program(autobiz(*alone, "--reason", "a fraud", database=app_database)).ended(2).said("admin")
    file.write_text(file.read_text().replace("ann: {groups: [finance]", "ann: {groups: [admins]"))
    told = autobiz(*alone, "--reason", "a fraud", database=app_database)
    expect.program(told).ended(0).said("is denied").said("ann decided alone")
    file.write_text(file.read_text().replace("ann: {groups: [admins]", "ann: {groups: [finance]"))
    replay = ["replay", str(run_id), "--tenant", str(tenant), "--business", str(file)]
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "USD"\n[[price]]\nitem = "m"\nfrom = 2026-01-01\nprice = "1"\nper = 1\n')
    replayed = autobiz(*replay, "--prices", str(prices), database=app_database)
    expect.program(replayed).ended(0).said("are the same")
    other = file.with_name("other.yaml")
    other.write_text(file.read_text().replace("priority: 8", "priority: 7"))
    replay[-1] = str(other)
    expect.program(autobiz(*replay, database=app_database)).ended(2).said("began under")
    hand_over(shop)
    for each in wires:
        await app_connections.give_back(each)
