"""Models that a business pins are checked when it is compiled: their form, their prompts, their prices."""

import hashlib
from datetime import UTC, datetime

import pytest

from autobiz_kernel import Price, PriceTable
from autobiz_kernel.business import CompileError, Shelf, compile_business

from ....shop.place import TEXT
from ....shop.tools import CONTRACTS

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-R18", "P1-R20")]

PROMPT = hashlib.sha256(b"Sort the letter.").hexdigest()
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
WHERE = ("prompts", "prices.toml")
PRICES = PriceTable(
    "USD", (Price(item="m-1", from_at=datetime(2026, 6, 1, tzinfo=UTC), micros_per_million=1),)
)
SHELF = Shelf(prompts=frozenset({PROMPT}), prices=PRICES, at=NOON, where=WHERE)
MODELS = f"""
models:
  sort:
    provider: openai.chat
    model: m-1
    prompt_sha256: {PROMPT}
    parameters: {{temperature: 0}}
"""
ABSENT = "none of the 1 files in prompts has this digest; pin the one that is meant"
LINES = len(TEXT.splitlines())


def told(models: str, shelf: Shelf | None = None, text: str = TEXT) -> list[str]:
    """What is complained of, by line within the models."""
    try:
        compile_business(text + models, CONTRACTS, file="shop.yaml", shelf=shelf)
    except CompileError as error:
        return [f"{each.line - LINES} {each.code} {each.where}: {each.words}" for each in error.complaints]
    return []


def test_a_sound_pin_compiles_with_and_without_its_shelf() -> None:
    """What it names is looked for where somebody says where that is, and the digest is the same."""
    assert told(MODELS) == []
    assert told(MODELS, SHELF) == []
    plain = compile_business(TEXT + MODELS, CONTRACTS)
    assert compile_business(TEXT + MODELS, CONTRACTS, shelf=SHELF).sha256 == plain.sha256


@pytest.mark.negative
def test_all_that_is_wrong_is_told_at_once_with_its_line() -> None:
    """Form, parameters, circles, prompts and prices: each has its line, in one answer, always the same."""
    models = MODELS.replace("openai.chat", "openai").replace("temperature: 0", "stream: true")
    models = models.replace("model: m-1", "model: m-2").replace(PROMPT, "0" * 64)
    models += "    fallback: sort\n    answer_schema: {type: array}\n"
    known = "anthropic.messages, openai.chat, openai.responses"
    free = "there is none; add it, or the call costs nobody knows what"
    expected = [
        f"4 CC-16 models.sort.provider: unknown provider 'openai'; use one of {known}",
        f"5 CC-16 models.sort.model: prices.toml: price of m-2: {free}",
        f"6 CC-16 models.sort.prompt_sha256: {ABSENT}",
        "7 CC-16 models.sort.parameters.stream: parameter 'stream' is said elsewhere; leave it out",
        "8 CC-16 models.sort.fallback: is its own fallback; name another entry",
    ]
    found = told(models, SHELF)
    assert found[:5] == expected
    assert len(found) == 6
    assert found[5].startswith("9 CC-16 models.sort.answer_schema")
    assert told(models, SHELF) == found


@pytest.mark.negative
def test_a_price_must_be_there_on_the_day() -> None:
    """A price that holds from a later day on is none on this one."""
    early = Shelf(prompts=SHELF.prompts, prices=PRICES, at=NOON.replace(month=5), where=WHERE)
    (found,) = told(MODELS, early)
    assert found.startswith("5 CC-16 models.sort.model: prices.toml: price of m-1: the first is")


@pytest.mark.negative
def test_who_pins_without_a_shelf_is_told_what_to_give() -> None:
    """Where there is neither folder nor price file, each pin says so; without models none is needed."""
    bare = Shelf(prompts=None, prices=None, at=NOON, where=WHERE)
    assert [each.rpartition("; ")[2] for each in told(MODELS, bare)] == ["give --prices", "give --prompts"]
    assert told("", bare) == []


@pytest.mark.negative
def test_a_workflow_names_the_version_that_is_pinned() -> None:
    """A tool that asks a pinned model by another version than the pin's does not compile."""
    text = TEXT.replace("tools:\n", "tools:\n  - {tool: llm.sort@000000000000000000000000}\n", 1)
    found = [each for each in told(MODELS, text=text) if "CC-16" in each]
    assert len(found) == 1
    assert "is pinned as llm.sort@" in found[0]
