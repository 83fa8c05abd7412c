"""Changes that decide the same, so that no test can notice them: each line, which changes of it, and why.

A change is one of these only while its line reads as it is written here: a new line is asked anew.
"""

from dataclasses import dataclass
from re import fullmatch
from typing import Final


@dataclass(frozen=True, slots=True)
class Equivalent:
    """Changes of one line by these operators."""

    module: str
    line: str
    operators: str
    why: str

    def holds_for(self, module: str, line: str, operator: str) -> bool:
        """Whether this is one of its changes."""
        return self.module == module and self.line in line and fullmatch(self.operators, operator) is not None


_ORDERED = "no other word of the closed list sorts on that side"
_MORE_RUNS = (
    "runs beyond those a gate asks for change none of its decisions, and what they are called neither"
)
_BY_PLACE = "with `/` for `*` arguments may also be given by place"
_NEVER_LESS = "what is counted is never on the other side"
_DETOUR = "the other way round comes to the same, and only takes longer"
_UNUSED = "the value is used nowhere where this branch is taken"
_NO_WAYS = "places beyond the last, and before the first, hold no ways and change no chance"
_ORDER_KEPT = "~n sorts as -n does"

EQUIVALENT: Final = (
    Equivalent("deciding", "*,", "ReplaceBinaryOperator_Mul_Div", _BY_PLACE),
    Equivalent("bound", "(cases: Sequence[CaseTally], *,", "ReplaceBinaryOperator_Mul_Div", _BY_PLACE),
    Equivalent("wholeness", "*,", "ReplaceBinaryOperator_Mul_Div", _BY_PLACE),
    Equivalent(
        "decision", "self.decision is not Decision.OPEN", "ReplaceComparisonOperator_IsNot_Gt", _ORDERED
    ),
    Equivalent("decision", "is Decision.OPEN", "ReplaceComparisonOperator_Is_LtE", _ORDERED),
    Equivalent("kinds.p1", "gate.mode == ANYTIME", "ReplaceComparisonOperator_Eq_LtE", _ORDERED),
    Equivalent("kinds.p1", '== "strict"', "ReplaceComparisonOperator_Eq_GtE", _ORDERED),
    Equivalent("kinds.p1", '== "default"', "ReplaceComparisonOperator_Eq_LtE", _ORDERED),
    Equivalent("kinds.p1", "figures.lcb or 0.0", "NumberReplacer", _UNUSED),
    Equivalent("statistics.three_part", 'verdict == "PASS"', "ReplaceComparisonOperator_Eq_GtE", _ORDERED),
    Equivalent("quarantining", 'case.priority == "P0"', "ReplaceComparisonOperator_Eq_LtE", _ORDERED),
    Equivalent("quarantining", "Cases(cases) if not isinstance", "AddNot|ReplaceUnary.*", _DETOUR),
    Equivalent("gathering", "if number == len(self.facts)", "ReplaceComparisonOperator_Eq_GtE", _NEVER_LESS),
    Equivalent("gathering", "if number >= len(codes)", "ReplaceComparisonOperator_GtE_(Eq|LtE)", _NEVER_LESS),
    Equivalent("gathering", "if code > codes[number]", "ReplaceComparisonOperator_Gt_GtE", _DETOUR),
    Equivalent("gathering", "strict=True", "ReplaceTrueWithFalse", _NEVER_LESS),
    Equivalent("kinds.regression", "strict=True", "ReplaceTrueWithFalse", _NEVER_LESS),
    Equivalent("folding", "range(1, count + 1)) - seen", "ReplaceBinaryOperator_Sub_BitXor", _NEVER_LESS),
    Equivalent("folding", "len(preface.subjects) > 1", "ReplaceComparisonOperator_Gt_NotEq", _NEVER_LESS),
    Equivalent("folding", "strict=True", "ReplaceTrueWithFalse", _NEVER_LESS),
    Equivalent("folding", "_REPLAY: Final = 7", "NumberReplacer", _ORDERED),
    Equivalent(
        "statistics.fisher", "sums = [0] * (len(one)", "ReplaceBinaryOperator_.*|NumberReplacer", _NO_WAYS
    ),
    Equivalent("statistics.fisher", "low, high = max(0,", "ReplaceBinaryOperator_Sub_RShift", _NO_WAYS),
    Equivalent("statistics.fisher", "if len(other) == 1", "ReplaceComparisonOperator_Eq_LtE?", _DETOUR),
    Equivalent("kinds.count", "case.passed == case.slots", "ReplaceComparisonOperator_Eq_GtE", _NEVER_LESS),
    Equivalent("patterns", "isinstance(cases, Cases)", "AddNot", _DETOUR),
    Equivalent("waiver", "if times > 1", "ReplaceComparisonOperator_Gt_NotEq", _NEVER_LESS),
    Equivalent("tally", "times > 1", "ReplaceComparisonOperator_Gt_NotEq", _NEVER_LESS),
    Equivalent("tally", "len(set(self.runs)) != len", "ReplaceComparisonOperator_NotEq_Lt", _NEVER_LESS),
    Equivalent("tally", "@lru_cache", "NumberReplacer|RemoveDecorator", _DETOUR),
    Equivalent("curtailing", "next(fresh) for _ in range(needed", "ReplaceBinaryOperator_.*", _MORE_RUNS),
    Equivalent("curtailing", "for number in count(1)", "NumberReplacer", _MORE_RUNS),
    Equivalent(
        "figures", "counts.passed < counts.valid ==", "ReplaceComparisonOperator_Lt_NotEq", _NEVER_LESS
    ),
    Equivalent("figures", "if len(row) == runs", "ReplaceComparisonOperator_Eq_GtE", _NEVER_LESS),
    Equivalent("figures", "default=0)", "NumberReplacer", _UNUSED),
    Equivalent("figures", "costly.sort(", "ReplaceUnaryOperator_USub_Invert", _ORDER_KEPT),
    Equivalent("gathering", "if code == _INVALID or", "ReplaceComparison.*|AddNot", _DETOUR),
    Equivalent("gathering", "run_id, run =", "ReplaceUnary.*|NumberReplacer", "no run is called that"),
    Equivalent("gathering", "run = -1", "ReplaceUnary.*|NumberReplacer", "no run is called that"),
    Equivalent("gathering", "if number == len(self.facts)", "ReplaceComparisonOperator_Eq_LtE", _NEVER_LESS),
    Equivalent(
        "anytime",
        "needed = 1.0 / (1.0 - confidence)",
        "ReplaceBinaryOperator_Sub_Mod",
        "above one half it is the same",
    ),
    Equivalent("anytime", "*, floor: float", "ReplaceBinaryOperator_Mul_Div", _BY_PLACE),
    Equivalent("anytime", "if wealth > 0.0", "ReplaceComparisonOperator_Gt_NotEq", _NEVER_LESS),
    Equivalent("unpacking", "bytes_max: int, *, is_sure", "ReplaceBinaryOperator_Mul_Div", _BY_PLACE),
    Equivalent("unpacking", "is_sure=match.start() == 0", "ReplaceComparisonOperator_Eq_LtE", _NEVER_LESS),
    Equivalent("blocks", "@lru_cache", "NumberReplacer|RemoveDecorator", _DETOUR),
    Equivalent(
        "blocks",
        "== entries == len(_BETWEEN(data))",
        "ReplaceComparisonOperator_Eq_LtE?|ReplaceBinaryOperator_Add_(?!LShift).*",
        "between entries there are never more ends of lines than entries but one; with fewer, each is read",
    ),
    Equivalent("blocks", "data: bytes, *, headed", "ReplaceBinaryOperator_Mul_Div", _BY_PLACE),
    Equivalent(
        "pairing",
        '["upper"] < -MARGIN',
        "ReplaceComparisonOperator_Lt_LtE",
        "no bound equals the margin to the last digit",
    ),
    Equivalent(
        "anytime",
        ">= needed",
        "ReplaceComparisonOperator_GtE_Gt",
        "no wealth equals the aim to the last digit",
    ),
    Equivalent("blocks", "_BYTES = ", "ReplaceBinaryOperator.*|NumberReplacer", _DETOUR),
    Equivalent("blocks", "if len(data) < _DECODER_PAYS_BYTES", "AddNot|ReplaceComparison.*", _DETOUR),
    Equivalent("statistics.wilson", "or trials <= 0.0", "ReplaceComparisonOperator_LtE_Eq", _NEVER_LESS),
    Equivalent("statistics.wilson", "if passes == trials", "ReplaceComparisonOperator_Eq_GtE", _NEVER_LESS),
    Equivalent("statistics.eprocess", "factor <= 0.0", "ReplaceComparisonOperator_LtE_Eq", _NEVER_LESS),
    Equivalent(
        "statistics.eprocess", "if failures else 0.0", "NumberReplacer", "it is multiplied by no failure"
    ),
    Equivalent(
        "statistics.eprocess",
        ">= enough, 1)",
        "NumberReplacer|ReplaceComparisonOperator_GtE_Gt",
        "no wealth equals the aim to the last digit, and none is won without a case",
    ),
    Equivalent(
        "statistics.allowance",
        ">= threshold, max(1,",
        "ReplaceComparisonOperator_GtE_Gt",
        "no bound equals a floor to the last digit",
    ),
    Equivalent("statistics.search", "while low < high", "ReplaceComparisonOperator_Lt_NotEq", _NEVER_LESS),
    Equivalent("statistics.allowance", "< t, 0, n + 1) - 1", "ReplaceBinaryOperator_Add_BitOr", _NEVER_LESS),
    Equivalent(
        "statistics.allowance", "0.0 <= failures < inf", "ReplaceComparisonOperator_Lt_NotEq", _NEVER_LESS
    ),
)


def equivalent(module: str, line: str, operator: str) -> bool:
    """Whether this change of this line decides the same."""
    return any(one.holds_for(module, line, operator) for one in EQUIVALENT)
