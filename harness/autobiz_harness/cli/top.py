"""The top of the command line: names, one sentence each, and where they live."""

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMMANDS = {
    "run": ("autobiz_harness.cli.run", "Run the stages, gather evidence, decide."),
    "keygen": ("autobiz_harness.cli.keygen", "Make a key pair to sign evidence with."),
    "evidence": ("autobiz_harness.cli.evidence", "Sign a run's evidence into one bundle."),
    "verify": ("autobiz_harness.cli.verify", "Find what was changed in a bundle, its files, the log."),
    "check": ("autobiz_harness.cli.check", "The deploy job: may this commit be deployed?"),
    "override": ("autobiz_harness.cli.override", "Deploy against the gates, on two approvers' word."),
    "approve": ("autobiz_harness.cli.approve", "Sign a review that an approval gate asks for."),
    "evaluate": ("autobiz_harness.cli.evaluate", "Decide from ledgers, JUnit XML or Allure results."),
    "criteria": ("autobiz_harness.cli.criteria", "Say which exit criteria hold, and why others do not."),
    "trace": ("autobiz_harness.cli.trace", "Which requirement is shown by which judged test."),
    "flakes": ("autobiz_harness.cli.flakes", "Record trials; list what disagrees and what to do."),
    "burst": ("autobiz_harness.cli.burst", "Try suspects 32 times at once and find the cause."),
    "quarantine": ("autobiz_harness.cli.quarantine", "Cases that do not gate for now, and until when."),
    "cassettes": ("autobiz_harness.cli.cassettes", "Recorded exchanges: list, check, write."),
    "plan": ("autobiz_harness.cli.plan", "How many cases a gate needs, and how often it errs."),
    "completion": ("autobiz_harness.cli.completion", "Print the script with which a shell completes this."),
    "init": ("autobiz_harness.cli.init", "Write a gate file to start from."),
    "stack": ("autobiz_harness.cli.stack", "PostgreSQL, Valkey and WireMock for this project."),
}

_EPILOG = """\b
Exit codes:
  0  open: every gate is open, the deploy may happen
  1  shut: the subject failed
  2  usage or configuration error
  3  undecided: too little or missing evidence
  4  infrastructure error: a service, a disk, pytest itself
  5  interrupted; `gate run --resume` goes on
"""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the same
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        # Click would import every command for its sentence, which is here already.
        named = [
            CompletionItem(name, help=sentence)
            for name, (_, sentence) in _COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = ctx.resilient_parsing or (args and args[0] in _COMMANDS)
        if args and not known and not args[0].startswith("-"):
            from autobiz_gates import near

            ctx.fail(f"no command is named {args[0]!r}.{near(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # the same
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in _COMMANDS.items()])


def _print_version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"gate, of autobiz {version('autobiz')}")
        ctx.exit()


@click.group(cls=_Lazy, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Say which version.",
)
def main() -> None:
    """Decide whether a deploy may happen: run tests, bound their pass rate from below, open or shut the gate.

    \b
    Start here:
      gate init            write a gate file
      gate run             run the tests, decide, leave evidence and a report
      gate run --resume    go on where a run was interrupted
      gate evidence        sign what the run decided from
      gate check BUNDLE    in the deploy job: allow or refuse
      gate evaluate DIR    decide again, from ledgers, JUnit XML or Allure results
      gate plan            how many cases are enough
    """
