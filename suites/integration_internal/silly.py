"""Tests that look like tests: each would pass if nobody asked what it has shown."""

PRELUDE = """
import copy, os, pathlib
import pytest
from autobiz_oracles import (
    OracleType, Outcome, PlainAnswer, PlainCall, PlainCrash, PlainRequest, PlainRun, Verdict,
    expect, exactly_once, insist, no_effect, unheard, within_bounds,
)

pytestmark = pytest.mark.golden

def subject(amount): return {"amount": amount, "at": os.getcwd()}
def journal():
    path = pathlib.PurePath("/v1/refunds").as_posix()
    return [PlainRequest(method="POST", path=path, accepted=True)]
"""

# They assert nothing, or what is true of anything, or they look away.
SILLY = {
    "asserts_nothing": "subject(5)",
    "is_empty": "pass",
    "only_prints": "print(subject(5))",
    "asserts_a_constant": "assert True",
    "asserts_a_text": "assert 'the refund is correct'",
    "asserts_a_tuple": "pair = (subject(5)['amount'] == 6, 'wrong'); assert pair",
    "asserts_itself": "one = subject(5); assert one == one",
    "asserts_a_type": "assert isinstance(subject(5), dict)",
    "asserts_that_it_is_there": "assert subject(5) is not None",
    "asserts_over_nothing": "assert all(line['amount'] == 5 for line in [])",
    "asserts_in_a_loop_over_nothing": "for line in []: assert line == subject(5)",
    "asserts_in_a_branch_not_taken": "if subject(5)['amount'] != 5: assert False",
    "asserts_in_a_function_not_called": "def check(): assert subject(5) == 6",
    "asserts_what_may_be_either": "assert subject(5)['amount'] == 5 or subject(5)['amount'] != 5",
    "swallows_every_exception": "try: assert subject(5)['amount'] == 6\nexcept BaseException: pass",
    "swallows_a_failure": "try: expect.state({}, subject(5)).unchanged()\nexcept AssertionError: pass",
    "swallows_an_unknown": "try: expect.effects(None).none()\nexcept AssertionError: pass",
    "swallows_a_soft_block": (
        "try:\n    with expect.softly(): expect.worlds(subject(5), subject(6)).alike()\n"
        "except AssertionError: pass"
    ),
    "returns_early": "return\nexpect.worlds(subject(5), subject(6)).alike()",
    "skips_after_a_failure": "no_effect(journal())\npytest.skip('later')",
    "ignores_a_verdict": "exactly_once(journal(), method='POST', path='/v1/captures', header='K')",
    "ignores_one_of_two": "insist(no_effect([]))\nno_effect(journal())",
    "insists_on_nothing": "insist()",
    "insists_on_a_filtered_nothing": (
        "insist(*[one for one in [no_effect(journal())] if one.outcome == 'pass'])"
    ),
    "expects_nothing_of_its_evidence": "expect.effects(journal())",
    "softly_judges_nothing": "with expect.softly(): subject(5)",
    "hears_nothing": "with unheard(): insist(no_effect([]))",
    "judges_without_evidence": "expect.bounds(None).respected()",
    "judges_a_generator": "expect.effects(one for one in journal()).none()",
    "expects_a_refusal_of_any_kind": "with expect.refusal(Exception): subject()",
}

# Their oracles pass, and would pass if there were no subject.
HOLLOW = {
    "compares_an_object_with_itself": "one = subject(5)\nexpect.worlds(one, one).alike()",
    "compares_a_state_with_itself": "one = subject(5)\nexpect.state(one, one).unchanged()",
    "reads_a_journal_once": (
        "one = journal()\n"
        "expect.idempotency(*[PlainAnswer(result={}, seen=one)] * 2).no_new_effects(header='K')"
    ),
    "judges_an_empty_journal": "expect.effects(list(subject(5).get('journal', []))).none()",
    "judges_an_empty_journal_twice": (
        "seen = [one for one in journal() if not one.accepted]\n"
        "expect.effects(seen).none().nothing_else(('POST', '/')).exactly(0, 'POST', '/')"
    ),
    "judges_empty_worlds": "expect.worlds([one for one in journal() if one is None], []).alike()",
    "judges_an_empty_state": "expect.state({}, dict.fromkeys(set(os.environ) - set(os.environ))).unchanged()",
    "loses_nothing_of_nothing": (
        "kept = [one for one in os.listdir() if not one]\n"
        "expect.durability(PlainCrash(attempted=kept, acknowledged=kept, found=kept))"
        ".nothing_lost().nothing_invented()"
    ),
    "lets_nobody_try": "expect.permission([one for one in journal() if one is None]).within([])",
    "searches_empty_bytes": (
        "text = pathlib.Path('test_silly.py').read_text()\nexpect.security({'l': text[:0]}).leaks_nothing()"
    ),
    "searches_nothing": "expect.complaints([], about=[one for one in journal() if one is None]).none()",
    "counts_no_metrics": (
        "read = {key: 1 for key in () if key in os.environ}\nexpect.metrics(read, {}).nothing_else()"
    ),
    "judges_a_constant": "expect.worlds(5, 5).alike()",
    "judges_constants_that_it_names": "wanted = {'amount': 5}\nexpect.worlds(dict(amount=5), wanted).alike()",
    "judges_a_request_of_its_own": (
        "made_up = [PlainRequest(method='POST', path='/r', accepted=True, headers={'K': 'k'})]\n"
        "expect.effects(made_up).exactly_once('POST', '/r', header='K')"
    ),
    "judges_a_run_of_its_own": (
        "run = PlainRun(termination_reason='done', used={'steps': 1}, bounds={'steps': 2})\n"
        "expect.bounds(run).respected()"
    ),
    "insists_on_a_verdict_of_its_own": (
        "insist(Verdict(type=OracleType.COST, name='x', outcome=Outcome.PASS, reason='it is fine'))"
    ),
    "judges_a_bare_yes": "expect.value(subject(5)['amount'] == 5).equals(True)",
    "finds_nothing_in_nothing": "expect.value([one for one in journal() if one is None]).lacks('x')",
    "judges_a_copy_of_a_constant": "one = [1, 2]\nexpect.worlds(one, [*one]).alike()",
}  # fmt: skip

# What they are beside: these meet the subject.
HONEST = {
    "judges_the_subject": "expect.worlds(subject(5)['amount'], 5).alike()",
    "judges_the_journal": "expect.effects(journal()).nothing_else(('POST', '/v1/refunds'))",
    "is_refused": "with expect.refusal(TypeError, 'missing'): subject()",
}


def as_tests(bodies: dict[str, str]) -> str:
    """One test function for each."""
    return "\n".join(
        f"def test_{name}():\n" + "\n".join(f"    {line}" for line in body.splitlines())
        for name, body in bodies.items()
    )
