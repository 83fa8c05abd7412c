"""The published JSON Schemas of what is kept are those of the code."""

import json
from pathlib import Path

import jsonschema
import pytest

from autobiz_kernel import (
    EffectClass,
    FinancialReceipt,
    published_schema_text,
    receipt_from,
    schema_text,
    write_schemas,
)
from autobiz_kernel.published import SCHEMAS

from ...tools import contract
from .governed import TENANT, Desk, refund

pytestmark = [pytest.mark.requirement("P1-R07"), pytest.mark.test_id("P1-T13")]


@pytest.mark.parametrize("name", SCHEMAS)
def test_published_schemas_are_those_of_the_code(tmp_path: Path, name: str) -> None:
    """Each shipped file equals what the types give; `make schemas` renews them."""
    assert published_schema_text(name) == schema_text(name), "run `make schemas`"
    write_schemas(tmp_path)
    assert (tmp_path / name).read_text(encoding="utf-8") == published_schema_text(name)
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(name)))


@pytest.mark.asyncio
@pytest.mark.parametrize("effect_class", [EffectClass.WRITE, EffectClass.FINANCIAL])
async def test_a_receipt_is_what_its_schema_says(effect_class: EffectClass) -> None:
    """The very text that is hashed and kept is valid, and without its amount a financial one is not."""
    desk = Desk(made=contract(effect_class=effect_class))
    await desk.call(refund(amount=5, currency="eur"))
    (receipt,) = await desk.ledger.receipts_of(TENANT, desk.runs[0].run_id)
    text = json.loads(receipt.body())
    schema = json.loads(published_schema_text("receipt.schema.json"))
    jsonschema.validate(text, schema)
    assert receipt_from(receipt.body()) == receipt
    if isinstance(receipt, FinancialReceipt):
        del text["amount_minor"]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(text, schema)
