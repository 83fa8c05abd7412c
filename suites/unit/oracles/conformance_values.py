"""Worlds of the oracles over plain values."""

from decimal import Decimal

from hypothesis import strategies as st

from autobiz_oracles import between, contains, differs, equals, lacks, matches

from .conformance import Conformance, World

WORDS = st.text(alphabet="abcdef", min_size=1, max_size=8)
REPORT = {"gates": ["a", "b"], "open": True, "code": 0}

CONFORMANCE = (
    Conformance(
        oracle=equals,
        passes={
            "number": World(3, 3),
            "text": World("open", "open"),
            "deep": World({"gates": ["a", "b"], "open": True, "code": 0}, REPORT),
            "tuple_of_a_list": World((1, 2), [1, 2]),
            "set": World({1, 2}, {2, 1}),
            "empty": World([], []),
            "nought": World(0, 0),
        },
        fails={
            "number": World(3, 4),
            "text": World("open", "shut"),
            "deep": World({"gates": ["a"], "open": True, "code": 0}, REPORT),
            "true_for_one": World([True], [1]),
            "more": World([1, 2, 3], [1, 2]),
            "order": World([2, 1], [1, 2]),
            "empty": World([], [1]),
            "not_empty": World([1], []),
            "long": World("a" * 300, "b" * 300),
        },
        unknown={
            "nobody_looked": World(None, None),
            "bare_yes": World(True, True),
            "bare_no": World(False, False),
            "itself": World(REPORT, REPORT),
        },
        broken=WORDS.map(lambda word: World([word, word], [word, f"{word}!"])),
        shaped=0,
    ),
    Conformance(
        oracle=differs,
        passes={
            "number": World(1, 2),
            "deep": World({"gates": ["a"]}, {"gates": ["b"]}),
            "true_and_one": World([True], [1]),
        },
        fails={
            "number": World(1, 1),
            "deep": World({"gates": ["a"]}, {"gates": ["a"]}),
            "itself": World(REPORT, REPORT),
            "nothing": World("", ""),
        },
        unknown={
            "nobody_looked": World(None, 1),
            "no_other": World(1, None),
            "bare_yes": World(True, False),
            "other_bare_yes": World(1, False),
        },
        broken=WORDS.map(lambda word: World([word], [word])),
        shaped=0,
    ),
    Conformance(
        oracle=matches,
        passes={
            "begins": World("open: all", "^open"),
            "ends": World("a\nopen", "open$"),
            "any": World("ab", "b|c"),
        },
        fails={
            "other": World("open", "shut"),
            "not_at_the_end": World("open: all", "open$"),
            "silence": World("", "open"),
        },
        unknown={
            "nobody_looked": World(None, "a"),
            "bytes": World(b"a", "a"),
            "no_pattern": World("a", ""),
            "any_text": World("a", ".*"),
            "broken_pattern": World("a", "("),
        },
        broken=WORDS.map(lambda word: World(word, f"{word}!")),
        shaped=0,
    ),
    Conformance(
        oracle=contains,
        passes={
            "words": World("the gate is open", "gate", "open"),
            "bytes": World(b"open", b"pe"),
            "member": World([1, 2], 2),
            "name": World(REPORT, "gates"),
            "in_a_set": World({"a"}, "a"),
        },
        fails={
            "other_words": World("the gate is open", "shut"),
            "half_of_it": World("the gate is open", "open", "shut"),
            "nothing": World([], 1),
            "no_name": World(REPORT, "a"),
            "neither": World((1, 2), 3, 4),
        },
        unknown={
            "nobody_looked": World(None, "a"),
            "nothing_asked": World("a"),
            "empty_text": World("a", ""),
            "empty_bytes": World(b"a", b""),
            "read_once": World(iter("a"), "a"),
            "number_in_a_text": World("1", 1),
        },
        broken=WORDS.map(lambda word: World(word, f"{word}!")),
        shaped=0,
    ),
    Conformance(
        oracle=lacks,
        passes={
            "other_words": World("open", "shut"),
            "nothing": World([], 1),
            "members": World({1, 2}, 3, 4),
        },
        fails={
            "words": World("the gate is open", "open"),
            "one_of_two": World([1, 2], 3, 2),
            "name": World(REPORT, "gates"),
            "bytes": World(b"a secret", b"secret"),
        },
        unknown={
            "nobody_looked": World(None, "a"),
            "nothing_asked": World("a"),
            "empty_text": World("a", ""),
            "read_once": World(iter("a"), "b"),
        },
        broken=WORDS.map(lambda word: World(f"<{word}>", word)),
        shaped=0,
    ),
    Conformance(
        oracle=between,
        passes={
            "inside": World(2, 1, 3),
            "on_the_lower": World(1, 1, 3),
            "on_the_upper": World(3, 1, 3),
            "no_upper": World(0.5, low=0.5),
            "no_lower": World(Decimal(-1), high=0),
            "nought": World(0, 0, 0),
        },
        fails={
            "below": World(0, 1, 3),
            "above": World(4, 1, 3),
            "just_below": World(0.9499999, low=0.95),
            "just_above": World(Decimal("3.0000001"), high=3),
        },
        unknown={
            "nobody_looked": World(None, 1, 3),
            "no_limit": World(2),
            "no_number": World("2", 1, 3),
            "truth": World(True, 0, 3),
            "not_a_number": World(float("nan"), 1, 3),
            "limit_no_number": World(2, float("nan"), 3),
            "upper_limit_no_number": World(2, 1, "3"),
        },
        broken=st.integers().map(lambda number: World(number, low=number + 1)),
        shaped=0,
    ),
)
