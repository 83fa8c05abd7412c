"""Who says how long weeks are kept: the command's own words, or the business's file."""

from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..retained import SEALED, WARM_ON, Place

pytestmark = [pytest.mark.requirement("P1-R05")]

SHOP = "suites/shop/shop.yaml"
TOOLS = ("--tools", "suites.shop.tools:CONTRACTS")


def test_a_business_says_how_long_its_weeks_are_kept(place: Place, tmp_path: Path) -> None:
    """With a business's file its own `retention` decides, and not the usual ages."""
    text = Path(SHOP).read_text(encoding="utf-8")
    ages = "retention: {hot_weeks: 2000, warm_weeks: 2000}"
    longer = tmp_path / "longer.yaml"
    longer.write_text(text.replace("business: shop\n", f"business: shop\n{ages}\n", 1), encoding="utf-8")
    here = ("retain", "--archive", str(place.folder), "--today", f"{WARM_ON:%Y-%m-%d}", "--dry-run", *TOOLS)
    told = {name: place.autobiz(*here, "--business", name).output for name in (SHOP, str(longer))}
    expect.value(told[SHOP]).contains(*(f"{week}: sealed" for week in SEALED))
    expect.value(told[str(longer)]).lacks("sealed")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--business", SHOP), "--business needs --tools"),
        (("--business", SHOP, *TOOLS, "--hot-weeks", "8"), "leave out --hot-weeks"),
        (("--business", SHOP, *TOOLS, "--warm-weeks", "52"), "leave out --hot-weeks"),
    ],
)
def test_two_words_on_the_same_weeks_are_one_too_many(
    place: Place, words: tuple[str, ...], says: str
) -> None:
    """A file that cannot be read without its tools, or beside other ages, is a usage error."""
    told = place.autobiz("retain", "--archive", str(place.folder), *words)
    expect.value((told.exit_code, says in told.output)).equals((2, True))
