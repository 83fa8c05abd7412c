"""What compiles, what does not, and what is said about it."""

import pytest

from autobiz_kernel.business import CompileCode, Compiled, CompileError, Complaint, compile_business
from autobiz_oracles import expect

from ....shop.place import TEXT
from ....shop.tools import CONTRACTS

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-R18", "P1-R19", "P1-R20")]

PAY_UNDO = "undo: {none: money that was sent back is not asked for again}"


def complaints_of(text: str) -> tuple[Complaint, ...]:
    """All that is wrong with a configuration."""
    try:
        compile_business(text, CONTRACTS, file="shop.yaml")
    except CompileError as error:
        return error.complaints
    return ()


def changed(*edits: tuple[str, str]) -> str:
    """The shop's file with other words in it; each edit must find its place."""
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def line_of(text: str, words: str) -> int:
    """The line on which words stand for the first time."""
    return text[: text.index(words)].count("\n") + 1


# What is written into the shop's file instead of what; the code that is expected; where it must be told.
REFUSED = {
    "unknown version": ("CC-01", "{tool: mail.send@1, risk: low}", "{tool: mail.send@2, risk: low}", None),
    "not this contract": (
        "CC-01",
        "{tool: stock.reserve@1}",
        f"{{tool: stock.reserve@1, sha256: {'0' * 64}}}",
        None,
    ),
    "no tool of ours": ("CC-01", "call: orders.read@1", "call: orders.erase@1", None),
    "hot for longer than warm": (
        "SHAPE",
        "business: shop\n",
        "business: shop\nretention: {hot_weeks: 9, warm_weeks: 8}\n",
        "retention:",
    ),
    "no bound": ("CC-02", "  steps_max: 100\n", "", "  refund:"),
    "no scope": (
        "CC-03",
        "  - {principal: refund_agent, tool: payments, operation: refund}\n",
        "",
        "call: payments.refund@1",
    ),
    "forbidden": (
        "CC-03",
        "tool: payments, operation: refund}",
        "tool: payments, operation: refund, allow: false}",
        None,
    ),
    "no rule": (
        "CC-04",
        "  - tool: payments.refund\n",
        "  - tool: mail.send\n",
        "{tool: payments.refund@1, risk: high}",
    ),
    "approves itself": ("CC-04", "    priority: 8\n", "    priority: 8\n    mode: auto\n", "mode: auto"),
    "silence agrees": ("CC-04", "    priority: 8\n", "    on_timeout: approve\n", "on_timeout: approve"),
    "unreachable": ("CC-05", "otherwise: too_much", "otherwise: refused", "      too_much:"),
    "turns for ever": ("CC-06", "otherwise: too_much", "otherwise: look", "      fits:"),
    "nothing undone": ("CC-07", f"        {PAY_UNDO}\n", "", "      pay:"),
    "undone and not": (
        "CC-07",
        PAY_UNDO,
        "undo: {none: no, call: stock.release@1, arguments: {line: x}}",
        PAY_UNDO[:6],
    ),
    "wrong type": (
        "CC-08",
        'amount: "=input.amount"',
        'amount: "=input.currency"',
        'amount: "=input.amount"',
    ),
    "missing argument": ("CC-08", '          currency: "=input.currency"\n', "", None),
    "unknown argument": (
        "CC-08",
        '          currency: "=input.currency"\n',
        '          currency: "=input.currency"\n          hue: red\n',
        "          hue: red",
    ),
    "constant out of range": ("CC-08", "text: not refunded}", 'text: ""}', None),
    "wrong input of another": ("CC-08", 'units: "=item.units"}', "units: ten}", None),
    "text above a number": (
        "CC-09",
        "input.amount <= steps",
        "input.order <= steps",
        "input.amount <= steps",
    ),
    "unknown member": ("CC-09", "steps.look.captured - ", "steps.look.catched - ", "steps.look.captured - "),
    "no condition": (
        "CC-09",
        '"input.amount <= steps.look.captured - steps.look.refunded"',
        '"input.amount + 1"',
        "{when: ",
    ),
    "rule of nonsense": ("CC-09", "args.amount > 5000 ||", "args.hue > 5000 ||", "    when: args"),
    "doubt forgotten": (
        "CC-10",
        "on_error: {denied: say_no, refused: say_no}",
        "on_error: {doubt: done}",
        "on_error: {denied",
    ),
    "leads nowhere": ("CC-11", "next: say_yes", "next: say_maybe", "      pay:"),
    "starts nowhere": ("CC-11", "start: look", "start: looks", "start: look"),
    "runs nothing": ("CC-11", "run: reserve_one", "run: reserve_two", "run: reserve_one"),
    "result not there": ("CC-12", "on_timeout: late", "on_timeout: tell", "      tell:"),
    "runs itself": ("CC-13", "run: reserve_one", "run: reserve_all", "  reserve_all:"),
    "nobody to ask": ("CC-14", "approvers: [finance]", "approvers: [nobody]", "approvers: [finance]"),
    "too few to ask": (
        "CC-14",
        "approvers: [finance]",
        "approvers: [finance]\n    approvers_min: 3",
        "approvers: [finance]",
    ),
    "no end": (
        "CC-15",
        "      done: {end: completed}\n      refused",
        "      done: {wait_ms: 1, next: done, visits_max: 9}\n      refused",
        "      say_yes:",
    ),
    "unknown member of a step": ("SHAPE", "risk: low}", "rusk: low}", None),
    "two kinds of step": ("SHAPE", "run: reserve_one", "run: reserve_one\n        wait_ms: 5", "      all:"),
    "fan-out without a cap": ("SHAPE", "        at_most: 20\n", "", "      all:"),
    "payload of anything": (
        "SHAPE",
        "properties: {parcel: {type: string}}",
        "properties: {parcel: {}}",
        "        payload:",
    ),
    "said twice": ("FILE", "business: shop\n", "business: shop\nbusiness: shop\n", None),
    "an alias": ("FILE", "business: shop\n", "business: &b shop\n", "business: shop"),
    "no YAML": ("FILE", "business: shop\n", "business: [shop\n", None),
}


@pytest.mark.adversarial(93, 96)
@pytest.mark.test_id(
    "P1-T28", "P1-T29", "P1-T30", "P1-T41", "P1-T-CC01", "P1-T-CC02", "P1-T-CC03", "P1-T-CC04"
)
@pytest.mark.requirement("INV-07")
@pytest.mark.negative
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_unsafe_does_not_compile(name: str) -> None:
    """Each unsafe configuration is refused with its own code, on the line where it stands."""
    code, old, new, where = REFUSED[name]
    text = changed((old, new))
    found = complaints_of(text)
    assert code in {each.code.value for each in found}, found
    if where is not None:
        lines = {each.line for each in found if each.code.value == code}
        assert line_of(text if where in text else TEXT, where) in lines, found
    with expect.refusal(CompileError, code):
        compile_business(text, CONTRACTS, file="shop.yaml")


def test_the_shop_compiles() -> None:
    """The configuration that all these refusals are made of is itself without a fault."""
    assert complaints_of(TEXT) == ()


@pytest.mark.negative
def test_everything_is_said_at_once() -> None:
    """Faults of different kinds and workflows are told together, in the order of their lines."""
    text = changed(
        ("  steps_max: 100\n", ""),
        ("next: say_yes", "next: say_maybe"),
        ("input.amount <= steps", "input.order <= steps"),
        ("on_timeout: late", "on_timeout: tell"),
    )
    found = complaints_of(text)
    assert {each.code for each in found} >= {
        CompileCode.BOUNDS,
        CompileCode.NAME,
        CompileCode.EXPRESSION,
        CompileCode.VALUE,
    }
    assert [each.line for each in found] == sorted(each.line for each in found)


@pytest.mark.negative
def test_the_name_of_every_place_fits_into_the_books() -> None:
    """Long names of steps that run within each other are refused before a run could meet them."""
    one, other = "a" * 60, "r" * 60
    text = changed(
        ("start: all\n", f"start: {one}\n"),
        ("      all:\n", f"      {one}:\n"),
        ("=steps.all", f"=steps.{one}"),
        ("start: reserve\n", f"start: {other}\n"),
        ("      reserve:\n", f"      {other}:\n"),
        ("steps.reserve.held", f"steps.{other}.held"),
    )
    (found,) = complaints_of(text)
    assert found.where == "workflows.reserve_all"
    assert "a name of 130 characters, 120 at most" in found.words


@pytest.mark.adversarial(97)
def test_the_digest_is_of_what_is_said_and_not_of_how_it_is_written() -> None:
    """Comments, order of members and defaults that are written out change nothing; one word does."""

    def digest(text: str) -> bytes:
        return compile_business(text, CONTRACTS).sha256

    told = digest(TEXT)
    moved = changed(
        ("  - {tool: orders.read@1, risk: low}", "  - {risk: low, tool: orders.read@1}"),
        ("# A small shop", "# Another comment"),
        ("{tool: stock.reserve@1}", "{tool: stock.reserve@1, risk: medium}"),
    )
    assert digest(moved) == told
    assert digest(changed(("priority: 8", "priority: 7"))) != told


def test_what_was_compiled_compiles_to_itself() -> None:
    """The canonical text of a configuration is a configuration, with the same digest."""
    first = compile_business(TEXT, CONTRACTS)
    again = compile_business(first.body.decode(), CONTRACTS)
    assert (again.sha256, again.body) == (first.sha256, first.body)


@pytest.mark.negative
def test_an_altered_configuration_is_none() -> None:
    """A compiled value whose text is not the one of its digest cannot be made."""
    first = compile_business(TEXT, CONTRACTS)
    with pytest.raises(Exception, match="not the one that was compiled"):
        Compiled(
            body=first.body.replace(b"5000", b"9000"),
            sha256=first.sha256,
            file=first.file,
            graphs=first.graphs,
            inputs=first.inputs,
            contracts=first.contracts,
        )


@pytest.mark.negative
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "- 1",
        "schema: 1",
        "{",
        "\t",
        "a: !!python/object:os.system x",
        "x: " + "[" * 99,
        "\ud800",
        "?",
    ],
)
def test_junk_is_refused_in_words(text: str) -> None:
    """Whatever is no configuration is told so, and nothing but a compile error comes of it."""
    assert complaints_of(text)
