"""Worlds of the oracles over states, second trials and texts."""

from hypothesis import strategies as st

from autobiz_oracles import (
    Calibration,
    Rubric,
    alike,
    became,
    changed_only,
    graded,
    related,
    renamed_tenant,
    replay_agrees,
    scaled_amounts,
    version_raised,
)

from .conformance import Conformance, World

NAMES = st.text(alphabet="abcdef_", min_size=1, max_size=8)
BEFORE = {"order": {"status": "open", "lines": [1, 2]}, "version": 3}
AFTER = {"order": {"status": "paid", "lines": [1, 2]}, "version": 3}
RUBRIC = Rubric(name="truthful", question="Does the answer agree with the shipment?", examples_min=4)


class Voices:
    """Answers prompts with these words in turn."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def answer(self, prompt: str, *, number: int) -> str:
        assert prompt
        return self._words[number - 1]


class SilentJudge:
    """Cannot be reached."""

    def answer(self, prompt: str, *, number: int) -> str:
        raise ConnectionError(f"no answer number {number} to {prompt}")


def calibration(right: int = 10, wrong: int = 0, rubric: Rubric = RUBRIC) -> Calibration:
    return Calibration(
        rubric=rubric, pass_pass=right, fail_fail=right, pass_fail=wrong, fail_pass=wrong, abstained=0
    )


def reading(*words: str, proof: Calibration | None = None, text: str | None = "It is under way.") -> World:
    return World(text, rubric=RUBRIC, judge=Voices(*words), calibration=proof or calibration())


DOUBLED = scaled_amounts(2, names=["amount"])

CONFORMANCE = (
    Conformance(
        oracle=changed_only,
        passes={
            "declared": World(BEFORE, AFTER, "/order/status"),
            "below": World(BEFORE, AFTER, "/order"),
            "unchanged": World(BEFORE, dict(BEFORE)),
            "nothing": World({}, {}),
            "added": World({}, {"order": {"status": 1}}, "/order/status"),
        },
        fails={
            "undeclared": World(BEFORE, AFTER),
            "another_too": World(BEFORE, {**AFTER, "version": 4}, "/order/status"),
            "idle": World(BEFORE, dict(BEFORE), "/order/status"),
            "removed": World(BEFORE, {"version": 3}, "/order/status"),
            "true_for_one": World({"a": 1}, {"a": True}),
            "name_alike": World({"order": 1, "orders": 1}, {"order": 1, "orders": 2}, "/order"),
        },
        unknown={
            "no_before": World(None, AFTER),
            "no_after": World(BEFORE, None),
            "itself": World(BEFORE, BEFORE),
            "no_pointer": World(BEFORE, AFTER, "order"),
        },
        broken=NAMES.map(lambda name: World(BEFORE, {**AFTER, name: 1}, "/order/status")),
        shaped=0,
    ),
    Conformance(
        oracle=became,
        passes={"leaf": World(AFTER, "/order/status", "paid"), "item": World(AFTER, "/order/lines/1", 2)},
        fails={
            "otherwise": World(BEFORE, "/order/status", "paid"),
            "absent": World(AFTER, "/order/total", 1),
            "null_is_not_absent": World(AFTER, "/order/total", None),
            "past_the_end": World(AFTER, "/order/lines/2", 2),
        },
        unknown={"no_state": World(None, "/order", 1)},
        broken=NAMES.map(lambda value: World(AFTER, "/order/status", value)),
        shaped=0,
    ),
    Conformance(
        oracle=version_raised,
        passes={"by_one": World({"version": 3}, {"version": 4}, "/version")},
        fails={
            "stayed": World({"version": 3}, {"version": 3}, "/version"),
            "lost_update": World({"version": 3}, {"version": 4}, "/version", by=2),
            "went_back": World({"version": 3}, {"version": 2}, "/version"),
        },
        unknown={
            "no_state": World(None, {"version": 4}, "/version"),
            "no_version": World({}, {"version": 4}, "/version"),
            "text": World({"version": "3"}, {"version": "4"}, "/version"),
        },
        broken=st.integers(5).map(lambda version: World({"version": 3}, {"version": version}, "/version")),
    ),
    Conformance(
        oracle=replay_agrees,
        passes={"equal": World("abc", "abc")},
        fails={
            "other": World("abc", "abd"),
            "shorter": World("abc", "ab"),
            "other_case": World("abc", "ABC"),
        },
        unknown={
            "not_recorded": World(None, "abc"),
            "not_replayed": World("abc", None),
            "empty": World("", ""),
        },
        broken=NAMES.map(lambda text: World(text, f"{text}x")),
        shaped=0,
    ),
    Conformance(
        oracle=related,
        passes={
            "scaled": World({"amount": 5, "lines": 2}, {"amount": 10, "lines": 2}, DOUBLED),
            "renamed": World({"t1_order": "t1"}, {"t2_order": "t2"}, renamed_tenant("t1", "t2")),
        },
        fails={
            "not_scaled": World({"amount": 5}, {"amount": 5}, DOUBLED),
            "scaled_too_much": World({"amount": 5, "lines": 2}, {"amount": 10, "lines": 4}, DOUBLED),
            "lost": World({"amount": 5}, {}, DOUBLED),
        },
        unknown={
            "no_first": World(None, {}, DOUBLED),
            "no_second": World({}, None, DOUBLED),
            "no_relation": World({}, {}, None),
        },
        broken=st.integers(1).map(lambda amount: World({"amount": amount}, {"amount": amount}, DOUBLED)),
        shaped=0,
    ),
    Conformance(
        oracle=alike,
        passes={
            "equal": World(AFTER, dict(AFTER)),
            "nothing": World([], []),
            "but_for": World(BEFORE, AFTER, ignoring=["/order/status"]),
            "as_in_json": World({"a": 1}, {"a": 1.0}),
        },
        fails={
            "different": World(BEFORE, AFTER),
            "elsewhere": World(BEFORE, AFTER, ignoring=["/version"]),
            "absent_is_not_null": World({}, {"a": None}),
        },
        unknown={"no_first": World(None, {}), "no_second": World({}, None)},
        broken=NAMES.map(lambda name: World(AFTER, {**AFTER, name: 1})),
        shaped=0,
    ),
    Conformance(
        oracle=graded,
        passes={"all": reading("pass", "Pass.", "PASS"), "most": reading("pass", "fail", "pass")},
        fails={
            "none": reading("fail", "fail", "fail"),
            "most": reading("fail", "pass", "fail"),
            "most_and_one_abstains": reading("fail", "abstain", "fail"),
        },
        unknown={
            "no_text": reading("pass", "pass", "pass", text=None),
            "undecided": reading("pass", "fail", "abstain"),
            "abstains": reading("abstain", "abstain", "pass"),
            "says_something_else": reading("it passes", "pass", "I would pass"),
            "not_calibrated": World("x", rubric=RUBRIC, judge=Voices("pass"), calibration=None),
            "badly_calibrated": reading("pass", "pass", "pass", proof=calibration(10, 5)),
            "few_examples": reading("pass", "pass", "pass", proof=calibration(1)),
            "for_another_rubric": reading(
                "pass", "pass", "pass", proof=calibration(rubric=Rubric(name="other", question="?"))
            ),
            "silent": World("x", rubric=RUBRIC, judge=SilentJudge(), calibration=calibration()),
        },
        broken=st.sampled_from(["pass", "abstain", "nonsense"]).map(
            lambda word: reading("fail", word, "fail")
        ),
        shaped=0,
    ),
)
