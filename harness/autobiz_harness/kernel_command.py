"""Start `autobiz`, or say what is missing for it: the base install lacks what the kernel needs."""

import sys
from importlib import import_module

import click

from .exit_codes import ExitCode

_OURS = "autobiz_"


def main() -> None:
    """Hand over to the kernel's own command line."""
    try:
        command: click.Command = import_module("autobiz_kernel.cli").main
    except ImportError as error:
        if (error.name or "").startswith(_OURS):
            # A fault of ours, which no install mends.
            raise
        click.echo(
            f"autobiz: {error}: the kernel's dependencies are not installed; "
            "install them with: pip install 'autobiz[kernel]'",
            err=True,
        )
        sys.exit(ExitCode.INFRASTRUCTURE)
    command(prog_name="autobiz")
