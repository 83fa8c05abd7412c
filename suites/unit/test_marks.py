"""Mark expressions: what they mean and how they are refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import MarkExpression, MarkExpressionError

NAMES = st.sampled_from(["safety", "slow", "P1-R06", "a.b", "x:y", "nota", "android", "or_else", "café"])


@st.composite
def expressions(draw: st.DrawFn, depth: int = 4) -> str:
    if depth == 0 or draw(st.booleans()):
        return draw(NAMES)
    left = draw(expressions(depth - 1))
    match draw(st.integers(0, 3)):
        case 0:
            return f"not {left}"
        case 1:
            return f"( {left} )"
        case 2:
            return f"{left} and {draw(expressions(depth - 1))}"
        case _:
            return f"{left} or {draw(expressions(depth - 1))}"


def by_python(text: str, marks: set[str]) -> bool:
    """Answer the same question with Python's own grammar, as an independent source."""
    words = [
        word if word in {"and", "or", "not", "(", ")"} else str(word in marks)
        for word in text.replace("(", " ( ").replace(")", " ) ").split()
    ]
    return bool(eval(" ".join(words)))  # noqa: S307  the words are only True, False, brackets and operators


@given(expressions(), st.sets(NAMES))
def test_expression_means_what_python_means_by_it(text: str, marks: set[str]) -> None:
    """Operators bind as in Python and in pytest's -m: not, then and, then or."""
    assert MarkExpression.parse(text).holds(marks) is by_python(text, marks)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected a mark name, `not` or `(` after column 0, but the text ends"),
        ("   ", "expected a mark name"),
        ("a and", "after column 5, but the text ends"),
        ("a b", "expected `and`, `or` or the end at column 3, not 'b'"),
        ("(a or b", "expected `)` after column 7, but the text ends"),
        ("a)", "at column 2, not ')'"),
        ("and", "expected a mark name, `not` or `(` at column 1, not 'and'"),
        ("a & b", "at column 3, not '&'"),
        ("a and $x", "at column 7, not '$'"),
        ("mark(x=1)", "at column 5, not '('"),
        ("__import__('os')", "at column 11, not '('"),
        ("()", "expected a mark name, `not` or `(` at column 2, not ')'"),
        ("not", "but the text ends"),
    ],
)
def test_unreadable_expression_is_refused_with_its_column(text: str, words: str) -> None:
    """What is no expression is refused with the column and what was expected there."""
    with pytest.raises(MarkExpressionError) as caught:
        MarkExpression.parse(text)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["not " * 60 + "a", "(" * 60 + "a" + ")" * 60])
def test_deep_nesting_is_refused_before_the_stack_is(text: str) -> None:
    """Nesting has a limit, so that no gate file can exhaust the stack."""
    with pytest.raises(MarkExpressionError, match="nests at most 50 deep"):
        MarkExpression.parse(text)


def test_a_long_row_of_names_is_not_deep() -> None:
    """Names side by side do not count as nesting."""
    row = MarkExpression.parse(" or ".join(f"not m{n}" for n in range(150)))
    assert row.holds(set())


def test_long_expression_is_refused() -> None:
    """Length has a limit."""
    with pytest.raises(MarkExpressionError, match="at most 2000 characters"):
        MarkExpression.parse("a or " * 500 + "a")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader do anything but answer or refuse."""
    with contextlib.suppress(MarkExpressionError):
        MarkExpression.parse(text).holds(frozenset())
