"""Worlds of the oracles over what is answered: refusals by error, and programs."""

from hypothesis import strategies as st

from autobiz_oracles import PlainEnding, ended_with, never_said, nothing_wrong, refused_with, said

from .conformance import Conformance, World

NOTED = KeyError("colour")
NOTED.add_note("in line 14")
WORDS = st.text(alphabet="abcdef", min_size=1, max_size=8)


def ending(code: object = 0, out: object = "gate is open\n", err: object = "") -> PlainEnding:
    return PlainEnding(code=code, out=out, err=err)  # type: ignore[arg-type]  # odd endings are tried


CONFORMANCE = (
    Conformance(
        oracle=refused_with,
        passes={
            "by_kind": World(ValueError("too large"), ValueError),
            "in_words": World(ValueError("amount: too large"), ValueError, "too la.ge"),
            "by_a_special_kind": World(KeyError("x"), LookupError),
            "by_one_of_two": World(OSError("gone"), (ValueError, OSError), "^gone$"),
            "in_a_note": World(NOTED, KeyError, "line 14"),
        },
        fails={
            "went_through": World(None, ValueError),
            "went_through_in_silence": World(None, ValueError, "too large"),
            "other_kind": World(KeyError("x"), ValueError),
            "other_words": World(ValueError("too small"), ValueError, "too large"),
            "other_kind_same_words": World(KeyError("too large"), ValueError, "too large"),
            "neither": World(OSError("x"), (ValueError, TypeError), "y"),
        },
        unknown={
            "any_kind": World(ValueError("x"), Exception),
            "any_kind_among_others": World(ValueError("x"), (ValueError, BaseException)),
            "no_kind": World(ValueError("x"), ()),
            "no_error": World("ValueError", ValueError),
            "no_pattern": World(ValueError("x"), ValueError, "("),
        },
        broken=WORDS.map(lambda words: World(ValueError(words), ValueError, f"{words}!")),
        shaped=0,
    ),
    Conformance(
        oracle=ended_with,
        passes={"nought": World(ending(), 0), "a_signal": World(ending(-9), -9)},
        fails={
            "one": World(ending(1), 0),
            "nought_and_not_one": World(ending(0), 1),
            "killed": World(ending(-9, "", "first\n\nlast words\n"), 0),
            "chatty": World(ending(3, "".join(f"line {n}\n" for n in range(20))), 0),
        },
        unknown={
            "no_program": World(None, 0),
            "still_runs": World(ending(None), 0),
            "truth": World(ending(False), 0),
            "a_word": World(ending("0"), 0),
        },
        broken=st.integers(1, 255).map(lambda code: World(ending(code), 0)),
    ),
    Conformance(
        oracle=said,
        passes={
            "out": World(ending(), "open"),
            "err": World(ending(err="shut\n"), "shut"),
            "both": World(ending(err="but late\n"), "late", "open"),
            "on_out": World(ending(), "open", on="out"),
            "on_err": World(ending(err="shut\n"), "shut", on="err"),
        },
        fails={
            "nothing": World(ending(out=""), "open"),
            "other_words": World(ending(), "shut"),
            "half_of_it": World(ending(), "open", "shut"),
            "neither": World(ending(), "shut", "late"),
            "across_streams": World(ending(out="op", err="en"), "open"),
            "on_the_other_one": World(ending(err="shut"), "open", on="err"),
            "not_on_out": World(ending(err="shut"), "shut", on="out"),
        },
        unknown={
            "no_program": World(None, "open"),
            "no_text": World(ending()),
            "empty_text": World(ending(), "open", ""),
            "no_such_stream": World(ending(), "open", on="log"),
            "no_output": World(ending(out=None), "open"),
            "no_errors": World(ending(err=None), "open"),
        },
        broken=WORDS.map(lambda word: World(ending(), f"!{word}")),
    ),
    Conformance(
        oracle=never_said,
        passes={
            "other_words": World(ending(), "shut"),
            "nothing": World(ending(out=""), "open", "shut"),
            "on_the_other_one": World(ending(err="late"), "open", on="err"),
        },
        fails={
            "out": World(ending(), "open"),
            "err": World(ending(err="a secret"), "secret"),
            "one_of_two": World(ending(), "shut", "open"),
            "both": World(ending(out="a", err="b"), "a", "b"),
            "on_err": World(ending(err="late"), "late", on="err"),
        },
        unknown={
            "no_such_stream": World(ending(), "shut", on=""),
            "no_program": World(None, "open"),
            "no_text": World(ending()),
            "empty_text": World(ending(), ""),
            "no_output": World(ending(out=None), "open"),
            "no_errors": World(ending(err=None), "open"),
        },
        broken=WORDS.map(lambda word: World(ending(out=f"{word} {word}"), word)),
    ),
    Conformance(
        oracle=nothing_wrong,
        passes={"clean": World([], ["a file"]), "clean_text": World((), "a text")},
        fails={
            "one": World(["line 3: wrong"], ["a file"]),
            "two": World(["line 3: wrong", "line 4: wrong"], {"a": 1}),
            "an_empty_one": World([""], ["a file"]),
        },
        unknown={
            "nobody_searched": World(None, ["a file"]),
            "nothing_searched": World([], []),
            "no_text_searched": World([], ""),
            "unknown_what": World([], None),
            "read_once": World([], iter(["a file"])),
            "complaints_read_once": World(iter(()), ["a file"]),
        },
        broken=st.lists(WORDS, min_size=1).map(lambda told: World(told, ["a file"])),
        shaped=0,
    ),
)
