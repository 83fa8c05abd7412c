"""JUnit XML of every dialect becomes the same outcomes, and hostile XML becomes a sentence.

The samples of Maven, gtest, Jest and gotestsum are written by hand to the published dialects; pytest's own
output is read in suites/integration_internal/test_gate_foreign.py.
"""

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autobiz_gates import LedgerError, Tallies, tallies_from

pytestmark = pytest.mark.priority("P0")

PYTEST = """<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">
<testsuite name="pytest" errors="2" failures="1" skipped="1" tests="6">
<testcase classname="suites.test_a.TestIt" name="test_x[1]" time="0.1"/>
<testcase classname="suites.test_a" name="test_y"><failure message="no">trace</failure></testcase>
<testcase classname="suites.test_a" name="test_y"><error message="teardown"/></testcase>
<testcase classname="suites.test_a" name="test_z"><skipped/></testcase>
<testcase classname="" name="suites.test_b"><error message="collection failure"/></testcase>
<testcase classname="x" file="own/x.py" name="test_p"><properties><property name="priority" value="P0"/>
<property name="requirement" value="REQ-1"/><property name="suite" value="golden"/></properties></testcase>
</testsuite></testsuites>"""
MAVEN = """<testsuite name="com.x.RefundTest" tests="4" errors="1" skipped="1" failures="1">
<properties><property name="java.version" value="21"/></properties>
<testcase name="once" classname="com.x.RefundTest"><failure type="E">t</failure>
<rerunFailure type="E"/></testcase>
<testcase name="flaky" classname="com.x.RefundTest">
<flakyFailure type="E"><stackTrace/></flakyFailure></testcase>
<testcase name="broken" classname="com.x.RefundTest"><error type="E"/></testcase>
<testcase name="later" classname="com.x.RefundTest"><skipped message="x"/></testcase></testsuite>"""
GTEST = """<testsuites tests="3" failures="1" disabled="1" errors="0" name="AllTests">
<testsuite name="Refund" tests="3" failures="1" disabled="1" errors="0">
<testcase name="Once" status="run" result="completed" classname="Refund"/>
<testcase name="Twice" status="run" result="completed" classname="Refund"><failure/><failure/></testcase>
<testcase name="DISABLED_Never" status="notrun" result="suppressed" classname="Refund"/>
</testsuite></testsuites>"""
JEST = """<testsuites name="jest tests" tests="2" failures="1" errors="0">
<testsuite name="refund" errors="0" failures="1" skipped="0" tests="2">
<testcase classname="refund pays back" name="refund pays back"/>
<testcase classname="refund stops" name="refund stops"><failure>Error</failure></testcase>
</testsuite></testsuites>"""
GO = """<testsuites tests="2" failures="1" errors="0">
<testsuite tests="2" failures="1" name="example.com/refund">
<testcase classname="example.com/refund" name="TestOnce/a"/>
<testcase classname="example.com/refund" name="TestTwice"><failure message="Failed"/></testcase>
</testsuite></testsuites>"""


def tallied(folder: Path, text: str | bytes) -> Tallies:
    path = folder / "given.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return tallies_from([path])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            PYTEST,
            {
                "suites/test_a.py::TestIt::test_x[1]": "pass",
                "suites/test_a.py::test_y": "fail",
                "suites/test_a.py::test_z": "skip",
                "suites.test_b": "unknown",
                "own/x.py::test_p": "pass",
            },
        ),
        (
            MAVEN,
            {
                "com.x.RefundTest::once": "fail",
                "com.x.RefundTest::flaky": "fail",
                "com.x.RefundTest::broken": "unknown",
                "com.x.RefundTest::later": "skip",
            },
        ),
        (GTEST, {"Refund::Once": "pass", "Refund::Twice": "fail", "Refund::DISABLED_Never": "skip"}),
        (JEST, {"refund pays back": "pass", "refund stops": "fail"}),
        (GO, {"example.com/refund::TestOnce/a": "pass", "example.com/refund::TestTwice": "fail"}),
    ],
    ids=["pytest", "maven", "gtest", "jest", "gotestsum"],
)
def test_each_dialect_gives_the_outcomes_it_means(
    tmp_path: Path, text: str, expected: dict[str, str]
) -> None:
    """Failure fails, error is unknown, skipped is skipped, an attempt that failed stays failed."""
    tallies = tallied(tmp_path, text)

    assert {tally.case: tally.outcomes for tally in tallies.cases} == {
        case: (outcome,) for case, outcome in expected.items()
    }
    assert tallies.problems == ()


def test_properties_of_a_case_are_its_facts(tmp_path: Path) -> None:
    """Priority, requirement and suite can be told by properties, and select like marks."""
    facts = {tally.case: tally for tally in tallied(tmp_path, PYTEST).cases}["own/x.py::test_p"]

    assert (facts.priority, facts.requirements, facts.suite) == ("P0", ("REQ-1",), "golden")


BOMB = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>'
OUTSIDE = '<!DOCTYPE t SYSTEM "file:///etc/hostname"><testsuite/>'


@pytest.mark.negative
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "given.xml:1: declares a DOCTYPE or an entity"),
        (OUTSIDE, "declares a DOCTYPE"),
        ("<testsuite><testcase name='a'/>", "not well-formed XML"),
        ("<testsuite>\n<testcase name='a'>\n</testsuite>", "given.xml:3: not well-formed XML"),
        ("<html/>", "begins with <html>"),
        ("<testsuite><testcase/></testsuite>", "a <testcase> without a name"),
        ("<testsuite failures='many'/>", "failures='many' is not a count"),
        ("<testsuite>" * 65 + "</testsuite>" * 65, "nests more than 64 elements deep"),
        ("<testsuite><testcase name='a'><testcase name='b'/></testcase></testsuite>", "inside a <testcase>"),
        (b"<testsuite name='\xff'/>", "not well-formed XML"),
        (b"<?xml version='1.0' encoding='klingon'?><testsuite/>", "klingon|encoding"),
        (b"<?xml version='1.0' encoding='shift_jis'?><testsuite name='\x83'/>", "encoding|well-formed"),
    ],
)
def test_hostile_or_broken_xml_is_refused_with_its_place(
    tmp_path: Path, text: str | bytes, words: str
) -> None:
    """Whatever is wrong becomes one error that names the file, never a tally."""
    with pytest.raises(LedgerError, match=words) as caught:
        tallied(tmp_path, text)

    assert "given.xml" in str(caught.value)


@pytest.mark.negative
def test_two_gigabytes_are_refused_unread(tmp_path: Path) -> None:
    """A file over the limit is refused by its size, before a byte of it is parsed."""
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.write(b"<testsuite>")
        file.truncate(2 * 1024**3)

    with pytest.raises(LedgerError, match="larger than 268435456 bytes"):
        tallies_from([path])


@pytest.mark.negative
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<testsuites/>", "holds no test case"),
        (
            "<testsuite failures='2'><testcase name='a'><failure/></testcase></testsuite>",
            "declares 2 failures",
        ),
        ("<testsuite><error/><testcase name='a'/></testsuite>", "outside any test case"),
    ],
)
def test_a_report_that_hides_something_is_a_problem(tmp_path: Path, text: str, words: str) -> None:
    """What a report declares and does not show keeps every gate from opening."""
    assert words in tallied(tmp_path, text).problems[0]


def test_any_encoding_that_the_file_declares_is_read(tmp_path: Path) -> None:
    """A report in UTF-16 or Latin-1 gives the same case as one in UTF-8."""
    text = "<?xml version='1.0' encoding='{}'?><testsuite><testcase name='caf\u00e9'/></testsuite>"
    for encoding in ("utf-8", "utf-16", "iso-8859-1"):
        assert [tally.case for tally in tallied(tmp_path, text.format(encoding).encode(encoding)).cases] == [
            "caf\u00e9"
        ]


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, len(GTEST)), st.integers(0, 40))
@example(b"", 0, 40)
def test_garbage_anywhere_is_an_error_or_no_more_passes(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int, lost: int
) -> None:
    """Damage to a report raises nothing but a LedgerError."""
    raw = GTEST.encode()
    path = tmp_path_factory.mktemp("fuzz") / "given.xml"
    path.write_bytes(b"<" + (raw[:place] + junk + raw[place + lost :])[1:])

    with contextlib.suppress(LedgerError):
        tallies_from([path])
