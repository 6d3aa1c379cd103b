"""The command ``whose completion``: prints what makes a shell complete the command line of ``whose``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SECTION = "Start"


@click.command(
    epilog="""\b
Examples:
  bash:  eval "$(whose completion bash)"                                  in ~/.bashrc
  zsh:   eval "$(whose completion zsh)"                                   in ~/.zshrc
  fish:  whose completion fish > ~/.config/fish/completions/whose.fish
"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    Give the script to your shell once, and TAB completes commands, options and file names.
    """
    from whose.cli._group import group

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    click.echo(made(group, {}, "whose", "_WHOSE_COMPLETE").source())
