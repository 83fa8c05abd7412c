"""Readers of metrics and logs: all of a text is evidence, or none of it."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_harness.adapters import EvidenceError, log_file, log_lines, metrics_at, metrics_of, receipts_of
from autobiz_oracles import Outcome, logged, metric_moved

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR05")]

METRICS = """# HELP refunds_total Refunds.
# TYPE refunds_total counter
refunds_total{tenant="t1",outcome="done"} 3
refunds_total{ outcome = "done" , tenant="t2", } 1.5e1 1700000000000

steps 7
odd{path="C:\\\\dir, \\"x\\" }\\n"} +Inf
lag NaN
# EOF
"""


def test_each_series_is_read_with_its_labels_in_order() -> None:
    """Comments and times are left out; the order of labels, spaces and a last comma do not matter."""
    found = metrics_of(METRICS)
    assert found.pop("lag").is_nan()
    assert found == {
        'refunds_total{outcome="done",tenant="t1"}': 3,
        'refunds_total{outcome="done",tenant="t2"}': 15,
        "steps": 7,
        'odd{path="C:\\\\dir, \\"x\\" }\\n"}': Decimal("Infinity"),
    }


@pytest.mark.negative
def test_a_number_that_is_none_is_no_evidence() -> None:
    """A metric that is not a number, or has no end, is read and cannot be judged."""
    found = metrics_of(METRICS)
    for name in ("lag", 'odd{path="C:\\\\dir, \\"x\\" }\\n"}'):
        assert metric_moved({}, found, name).outcome is Outcome.UNKNOWN


@pytest.mark.negative
@pytest.mark.parametrize(
    "line",
    [
        "steps",
        "steps seven",
        "steps 0x7",
        "steps 1_000",
        "steps infinity",
        "7steps 1",
        "steps{tenant=t1} 1",
        'steps{tenant="t1} 1',
        'steps{tenant="t1"} 1 soon',
        'steps{tenant="t1"}',
        "<html>",
        "{} 1",
    ],
)
def test_a_line_that_is_no_sample_is_told(line: str) -> None:
    """Half of a page of metrics is none: each bad line is named, with those that follow."""
    with pytest.raises(EvidenceError) as refusal:
        metrics_of(f"good 1\n{line}\n{line}\n", where="http://shop/metrics")
    assert [problem.split(" is ")[0] for problem in refusal.value.problems] == ["line 2", "line 3"]
    assert str(refusal.value).startswith("http://shop/metrics: line 2")


@pytest.mark.negative
def test_a_series_that_is_told_twice_is_refused() -> None:
    """Of two values of one series nobody knows which is meant."""
    with pytest.raises(EvidenceError, match=r'line 2 tells of m\{a="1",b="2"\} once more'):
        metrics_of('m{a="1",b="2"} 1\nm{b="2",a="1"} 1')


@given(
    st.dictionaries(
        st.from_regex(r"\A[a-z_:][a-z0-9_:]{0,9}\Z"), st.decimals(allow_nan=False, allow_infinity=False)
    )
)
def test_what_is_written_is_read(series: dict[str, Decimal]) -> None:
    """Every name and every finite number comes back as it was."""
    assert metrics_of("".join(f"{name} {value}\n" for name, value in series.items())) == series


@pytest.mark.negative
@pytest.mark.parametrize("url", ["file:///etc/hostname", "shop/metrics", "ftp://shop/metrics"])
def test_metrics_are_asked_for_by_http_alone(url: str) -> None:
    """A file or another protocol is no service that speaks of itself."""
    with pytest.raises(EvidenceError, match="is no http address"):
        metrics_at(url)


def test_each_line_of_a_log_is_read(tmp_path: Path) -> None:
    """The event stands by itself, everything else is a field, and empty lines are none."""
    path = tmp_path / "agent.log"
    path.write_text('{"event": "denied", "tool": "refund", "n": 1}\n\n{"n": [], "event": "done"}\n')
    lines = log_file(path)
    assert [(one.event, dict(one.fields)) for one in lines] == [
        ("denied", {"tool": "refund", "n": 1}),
        ("done", {"n": []}),
    ]
    assert logged(lines, "denied", fields={"tool": "refund"}).outcome is Outcome.PASS


def test_the_name_of_the_event_is_the_projects_own() -> None:
    """Whoever calls it otherwise says so."""
    assert log_lines('{"msg": "denied"}', event="msg")[0].event == "denied"


@pytest.mark.negative
@pytest.mark.parametrize(
    "line",
    [
        "plain words",
        '{"event": "torn',
        "[1]",
        "3",
        "{}",
        '{"event": 3}',
        '{"event": "a", "event": "b"}',
        '{"event": "a", "ms": NaN}',
        "[" * 100_000,
    ],
    ids=["words", "torn", "list", "number", "nothing", "event_no_text", "twice", "nan", "deep"],
)
def test_a_line_that_cannot_be_read_is_told(line: str) -> None:
    """A log with a line that nobody can read may hide the very line that is missed."""
    with pytest.raises(EvidenceError) as refusal:
        log_lines(f'{{"event": "good"}}\n{line}\n{line}')
    assert [problem.split()[1] for problem in refusal.value.problems] == ["2", "3"]


@pytest.mark.negative
def test_a_log_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """No file is not an empty log."""
    with pytest.raises(FileNotFoundError):
        log_file(tmp_path / "nowhere.log")


@pytest.mark.negative
def test_rows_without_a_key_are_no_receipts() -> None:
    """Every row that lacks the provider's key is named."""
    assert [one.external_key for one in receipts_of([{"external_key": "k"}])] == ["k"]
    with pytest.raises(EvidenceError, match=r"(?s)row 2 has no key.*row 3 has no key"):
        receipts_of([{"key": "k"}, {}, {"key": None}], key="key")
