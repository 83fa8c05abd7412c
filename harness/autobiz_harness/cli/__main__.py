"""`python -m autobiz_harness.cli` is `gate`."""

from .top import main

main(prog_name="gate")
