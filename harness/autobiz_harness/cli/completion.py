"""`gate completion`: the script with which a shell completes `gate`, and where to put it."""

import click

_HOW_TO = {
    "bash": 'Now: eval "$(gate completion bash)"   For good: add that line to ~/.bashrc',
    "zsh": 'Now: eval "$(gate completion zsh)"   For good: add that line to ~/.zshrc, after compinit',
    "fish": "For good: gate completion fish > ~/.config/fish/completions/gate.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(_HOW_TO)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which SHELL completes commands, options, stages, slices and approval gates.

    \b
      eval "$(gate completion bash)"        now; for good, in ~/.bashrc
      eval "$(gate completion zsh)"         now; for good, in ~/.zshrc, after compinit
      gate completion fish > ~/.config/fish/completions/gate.fish
    """
    from click.shell_completion import get_completion_class

    completer = get_completion_class(shell)
    if completer is None:
        raise click.UsageError(f"click completes no {shell} here; use a newer click")
    # The sentence comes last: zsh wants its own first line first.
    script = completer(ctx.find_root().command, {}, "gate", "_GATE_COMPLETE").source()
    click.echo(f"{script.rstrip()}\n\n# {_HOW_TO[shell]}")
