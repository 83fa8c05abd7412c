"""A pinned model is asked over the same wire as everything else, so that a cassette can answer for it."""

import asyncio
import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from autobiz_kernel import Kernel, MemoryLedger, Principal, Tool
from autobiz_kernel.models import Message, ModelClient, Outcome, Pin, Told, pins_of
from autobiz_kernel.providers import pinned_tool
from autobiz_kernel.transport import OPENAI, Egress, ForbiddenEgressError, HttpTransport, SandboxAccount
from autobiz_mocks import VirtualClock
from autobiz_mocks.cassettes import replaying

from ....calling import AGENT, law_for, where_of
from ....model_wires import PRICES, business

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = tomllib.loads((ROOT / "cassettes/scripts/where_is_my_order.toml").read_text())
CASSETTE = ROOT / "cassettes/where_is_my_order/v1.json"
TENANT = UUID("0198c0de-0000-7000-8000-00000000000a")
PRICED = "gpt-test-2026-01-01"


def pin_of(script: dict[str, str]) -> Pin:
    """The pin of the question that was recorded."""
    digest = hashlib.sha256(script["system"].encode()).hexdigest()
    pinned: dict[str, Any] = {
        "model": script["model"],
        "tokens_max": script["tokens_max"],
        "prompt_sha256": digest,
    }
    return pins_of(business(fallback=None, **pinned))["sort"]


async def asked(pin: Pin, script: dict[str, str]) -> tuple[Told, int]:
    """What is told, and the tokens that the run has used."""
    clock, egress = VirtualClock(), Egress()
    account = SandboxAccount(provider=OPENAI, base_url="https://api.openai.com", key="fake")
    async with HttpTransport(account, egress) as send:
        pinned = replace(pin.with_prompt(script["system"]), priced_as=PRICED)
        tool: Tool = pinned_tool(pinned, account, send, egress, clock)
        kernel = Kernel(
            ledger=MemoryLedger(),
            clock=clock,
            policy=law_for(TENANT, tool, prices=PRICES),
            tools={where_of(tool): tool},
        )
        principal = Principal(name=AGENT, tenant=TENANT)
        run = await kernel.begin(tenant=TENANT, principal=principal, workflow="letters")
        client = ModelClient(kernel=kernel, pins={pin.name: pin})
        question = [Message(role="user", text=script["user"])]
        return await client.ask(run, path="1", model="sort", messages=question), run.spent.tokens


def test_a_cassette_answers_the_pinned_question() -> None:
    """What was recorded is replayed to the byte, through the kernel, with its text and its cost."""
    with replaying(CASSETTE):
        told, tokens = asyncio.run(asked(pin_of(SCRIPT), SCRIPT))
    assert (told.outcome, told.text) == (Outcome.ANSWERED, SCRIPT["answers"][0])
    assert tokens > 0


@pytest.mark.negative
@pytest.mark.parametrize("changed", [{"system": "Be kind."}, {"tokens_max": 201}, {"user": "Where?"}])
def test_a_cassette_answers_no_other_question(changed: dict[str, str]) -> None:
    """Another prompt, limit or letter is not on the cassette, and goes nowhere else."""
    script = {**SCRIPT, **changed}
    with replaying(CASSETTE) as cassette:
        with pytest.raises(ForbiddenEgressError, match="stopped on its way out"):
            asyncio.run(asked(pin_of(script), script))
        cassette.play_counts[0] = 1
