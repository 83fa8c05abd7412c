"""The block that must be refused: what it raises decides, and nothing else ends it unseen."""

import gc

import pytest

from autobiz_oracles import Outcome, PlainEnding, Verdict, VerdictError, expect, listening

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR05")]

ENDED = PlainEnding(code=2, out="usage: gate\n", err="unknown option --flor\n")


def raised_by(text: str) -> int:
    """What every block below tries."""
    return int(text)


def test_a_refusal_passes_and_is_at_hand_afterwards() -> None:
    """The declared error passes, is heard as a verdict of type Schema, and can be looked at."""
    heard: list[Verdict] = []
    with listening(heard.append), expect.refusal(ValueError, "invalid literal") as refusal:
        raised_by("x")
    assert [(str(one.type), one.outcome) for one in heard] == [("Schema", Outcome.PASS)]
    assert isinstance(refusal.value, ValueError)


@pytest.mark.negative
def test_what_goes_through_fails() -> None:
    """A block that ends without an error was not refused."""
    with pytest.raises(VerdictError, match="nothing was refused") as failure, expect.refusal(ValueError):
        raised_by("1")
    assert failure.value.outcome is Outcome.FAIL


@pytest.mark.negative
def test_other_words_fail_and_say_what_was_said() -> None:
    """The right error in other words fails, with the error as its cause."""
    with pytest.raises(VerdictError, match="in other words") as failure:  # noqa: SIM117  # one line is too long
        with expect.refusal(ValueError, "too large", where="test.log"):
            raised_by("x")
    assert "observed: ValueError: invalid literal" in str(failure.value)
    assert "evidence: test.log" in str(failure.value)
    assert isinstance(failure.value.__context__, ValueError)


@pytest.mark.negative
def test_an_error_of_another_kind_goes_on_its_way_and_is_a_failure_all_the_same() -> None:
    """Nobody loses the traceback of a mistake, and swallowing it does not help."""
    heard: list[Verdict] = []
    attempt = expect.refusal(KeyError)
    with listening(heard.append), pytest.raises(ValueError, match="invalid literal"), attempt:
        raised_by("x")
    assert [one.outcome for one in heard] == [Outcome.FAIL]


@pytest.mark.negative
def test_a_skip_and_a_key_press_are_nobodys_answer() -> None:
    """What is no error ends the block unjudged."""
    heard: list[Verdict] = []
    with listening(heard.append):
        for ending in (pytest.skip.Exception("later"), KeyboardInterrupt()):
            with pytest.raises(type(ending)), expect.refusal(ValueError):
                raise ending
    assert not heard


@pytest.mark.negative
def test_a_refusal_that_is_not_used_as_a_block_is_unknown() -> None:
    """To name a refusal is not to try it."""
    heard: list[Verdict] = []
    with listening(heard.append):
        expect.refusal(ValueError)
        gc.collect()
    assert [one.outcome for one in heard] == [Outcome.UNKNOWN]


@pytest.mark.negative
def test_softly_a_refusal_that_did_not_come_is_kept_to_the_end() -> None:
    """In a soft block the next lines are run, and the failure comes with the others."""

    def judge_both() -> None:
        with expect.softly():
            with expect.refusal(ValueError):
                raised_by("1")
            expect.program(ENDED).ended(0)

    with pytest.raises(VerdictError, match=r"(?s)nothing was refused.*ended with 2"):
        judge_both()


def test_a_program_is_judged_by_its_code_and_its_words() -> None:
    """One sentence says how it ended, what it said and what it kept to itself."""
    expect.program(ENDED).ended(2).said("usage", "--flor").never_said("Traceback")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (lambda: expect.program(ENDED).ended(0), "ended with 2"),
        (lambda: expect.program(ENDED).said("--floor"), "did not say '--floor'"),
        (lambda: expect.program(ENDED).never_said("usage"), "said 'usage'"),
        (lambda: expect.program(None).ended(0), "the ending of the program was not gathered"),
    ],
    ids=["ended", "said", "never_said", "nothing"],
)
def test_each_sentence_about_a_program_can_fail(sentence: object, reason: str) -> None:
    """A program that did otherwise fails its sentence, and the reason says how."""
    assert callable(sentence)
    with pytest.raises(VerdictError, match=reason):
        sentence()
