"""The day a command takes for today: what was decided on a day can be decided again on another."""

from datetime import date, datetime

import click

from autobiz_harness.clock import utc_now

today_option = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Decide as of this day, as in 2030-12-31. Default: today, in UTC.",
)


def day_of(today: datetime | None) -> date:
    """The day that was given, or the one it is."""
    return utc_now().date() if today is None else today.date()
