"""A waiver counts until its last day, and there is one for a case."""

from datetime import date
from pathlib import Path

import pytest

from autobiz_gates import GateFileError, P1Gate, Waiver, read_gate_file

pytestmark = pytest.mark.priority("P0")


@pytest.mark.parametrize(("day", "counts"), [(1, True), (4, True), (5, True), (6, False), (30, False)])
def test_a_waiver_counts_up_to_and_including_its_last_day(day: int, counts: bool) -> None:
    """Before its last day as on it, and never after."""
    waiver = Waiver(case="a", reason="known", expires=date(2026, 1, 5))

    assert waiver.counts_on(date(2026, 1, day)) is counts


@pytest.mark.negative
@pytest.mark.parametrize("wanting", ["case", "reason", "expires"])
def test_a_waiver_says_all_of_it(wanting: str, tmp_path: Path) -> None:
    """Without its case, its reason or its last day it is no waiver."""
    lines = {"case": "case = 'a'\n", "reason": "reason = 'known'\n", "expires": "expires = 2030-01-01\n"}
    text = "[gate.a]\nkind = 'p1'\nfloor = 0.9\n[[gate.a.waivers]]\n"
    path = tmp_path / "gate.toml"
    path.write_text(text + "".join(lines.values()))
    assert len(read_gate_file(path).gates) == 1

    path.write_text(text + "".join(line for name, line in lines.items() if name != wanting))

    with pytest.raises(GateFileError, match=f"'{wanting}' is missing"):
        read_gate_file(path)


def test_a_case_of_any_name_can_be_waived(tmp_path: Path) -> None:
    """A case may be called what a foreign file calls it, even with a NUL in its name."""
    path = tmp_path / "gate.toml"
    waiver = '{ case = "odd\\u0000name", reason = "known", expires = 2030-01-01 }'
    path.write_text(f'[gate.a]\nkind = "p1"\nfloor = 0.9\nwaivers = [{waiver}]\n')

    (gate,) = read_gate_file(path).gates

    assert isinstance(gate, P1Gate)
    assert gate.waivers[0].case == "odd\0name"
