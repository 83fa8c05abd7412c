"""What careless and hostile configurations try: chance, endless expressions, tools called harmless."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from autobiz_kernel import EffectClass
from autobiz_kernel.business import CompileError, compile_business, open_release, release_of
from autobiz_kernel.expressions import ExpressionError, Failure, Scope

from ....shop.place import TEXT
from ....shop.tools import CONTRACTS

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R18", "P1-R19", "P1-R20"),
    pytest.mark.negative,
]


def codes_of(old: str, new: str) -> set[str]:
    """What the compiler says of the shop's file with other words in it."""
    assert old in TEXT, old
    with pytest.raises(CompileError) as caught:
        compile_business(TEXT.replace(old, new), CONTRACTS)
    return {each.code.value for each in caught.value.complaints}


@pytest.mark.adversarial(79)
@pytest.mark.parametrize(
    "words", ["now()", "time()", "random()", "uuid4()", "getenv('HOME')", "open('/etc/passwd')", "env.HOME"]
)
@pytest.mark.parametrize("place", ["input.amount <= steps", "args.amount > 5000 ||"])
def test_no_expression_reaches_the_world(words: str, place: str) -> None:
    """Time, chance, environment and files have no words: neither a choice nor a rule that asks compiles."""
    left, _, rest = place.partition(" ")
    assert "CC-09" in codes_of(place, f"{words} {rest}"), left


@pytest.mark.adversarial(92)
@pytest.mark.parametrize(
    "text",
    ["(" * 900 + "1" + ")" * 900, "+".join(["1"] * 900), "[" * 500 + "]" * 500, f"[{'1,' * 1_000}1]"],
    ids=["parentheses", "sums", "lists", "long"],
)
def test_an_expression_has_a_depth_and_a_length(text: str) -> None:
    """Deep nesting and long texts are refused in words when they are compiled."""
    with pytest.raises(ExpressionError):
        Scope({}).compile(text)


@pytest.mark.adversarial(92)
def test_an_expression_has_a_number_of_turns() -> None:
    """Loops within loops end as a failure, and a list within the limits has its value."""
    many = f"[{','.join('1' * 30)}]"
    bomb = f"{many}.all(a, {many}.all(b, {many}.all(c, {many}.all(d, a + b + c + d > 0))))"
    assert isinstance(Scope({}).compile(bomb).value({}), Failure)
    assert Scope({"l": "LIST<INT>"}).compile("l.all(a, a > 0)").value({"l": [1] * 1_000}) is True


@pytest.mark.adversarial(95)
def test_a_tool_that_calls_itself_harmless_is_another_tool() -> None:
    """Money's tool as a mere WRITE has another digest, and a release made with the old one does not open."""
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    written = release_of(compile_business(TEXT, CONTRACTS), key)
    harmless = [
        replace(each, effect_class=EffectClass.WRITE) if each.effect_class is EffectClass.FINANCIAL else each
        for each in CONTRACTS
    ]
    changed = [one for one, other in zip(CONTRACTS, harmless, strict=True) if one.sha256() != other.sha256()]
    assert [each.effect_class for each in changed] == [EffectClass.FINANCIAL]
    open_release(written, CONTRACTS, keys=[key.public_key()])
    with pytest.raises(CompileError, match="CC-01"):
        open_release(written, harmless, keys=[key.public_key()])


@pytest.mark.adversarial(55)
def test_another_threshold_is_another_configuration() -> None:
    """The limit of loops is in the digest that runs are pinned to, and reaches the law from there."""
    usual = compile_business(TEXT, CONTRACTS)
    other = compile_business(TEXT.replace("bounds:\n", "bounds:\n  turns_max: 4\n"), CONTRACTS)
    assert usual.sha256 != other.sha256
    turns = [each.bounds_of("refund").loops.turns_max for each in (usual, other)]
    assert turns == [3, 4]


@pytest.mark.adversarial(96)
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("steps_max: 100", "steps_max: 0", "SHAPE"),
        ("steps_max: 100", "steps_max: -1", "SHAPE"),
        ("cost_micros_max: 1000000", "cost_micros_max: 0", "SHAPE"),
        ("scopes:\n", "scopes:\n  - {principal: a, tool: ghosts, operation: read}\n", "CC-11"),
        ("scopes:\n", "scopes:\n  - {principal: a, tool: orders, operation: erase, allow: false}\n", "CC-11"),
        ("scopes:\n", 'scopes:\n  - {principal: a, tool: "*", operation: erase}\n', "CC-11"),
        ("  - {tool: mail.send@1, risk: low}\n", "  - {tool: mail.send@1, risk: low}\n" * 2, "CC-01"),
        ("prefix: tenant-b", "prefix: tenant-a", "SHAPE"),
        ("00000000000b, prefix", "00000000000a, prefix", "SHAPE"),
        ("slack: U0BOB", "slack: U0ANN", "SHAPE"),
    ],
    ids=[
        *("no_steps", "less_than_no_steps", "no_cost", "no_such_tool", "no_such_denial", "nothing_at_all"),
        *("tool_twice", "prefix_twice", "tenant_twice", "slack_twice"),
    ],
)
def test_what_means_nothing_does_not_compile(old: str, new: str, code: str) -> None:
    """Bounds of nothing and less, a scope of a tool that is not there, and doubles are refused."""
    assert code in codes_of(old, new)


@pytest.mark.adversarial(96)
def test_a_key_stands_for_one_person() -> None:
    """Two names with one key would be four eyes of one person."""
    both = "people:\n  eve: {groups: [finance], key: k}\n  fay: {groups: [finance], key: k}\n"
    assert "SHAPE" in codes_of("people:\n", both)


def test_what_runs_within_a_workflow_needs_its_principals_scopes() -> None:
    """A step within another workflow is done by the outer one's principal, who needs the scope for it."""
    assert codes_of("    principal: stock_agent\n    start: all", "    principal: other\n    start: all") == {
        "CC-03"
    }
    scopes = "scopes:\n  - {principal: other, tool: mail, operation: send}\n"
    text = TEXT.replace("scopes:\n", scopes).replace(
        "    principal: stock_agent\n    start: all", "    principal: other\n    start: all"
    )
    with pytest.raises(CompileError) as caught:
        compile_business(text, CONTRACTS)
    assert [(each.where, each.words) for each in caught.value.complaints] == [
        ("workflows.reserve_all.steps.all.run", "no scope allows other to release with stock"),
        ("workflows.reserve_all.steps.all.run", "no scope allows other to reserve with stock"),
    ]
    more = 'scopes:\n  - {principal: other, tool: stock, operation: "*"}\n'
    compile_business(text.replace("scopes:\n", more, 1), CONTRACTS)
