"""The command ``whose`` itself: finds the commands, lists them by section, and turns errors into exit codes."""

from __future__ import annotations

import difflib
import importlib
import os
import pkgutil
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from types import ModuleType

import click

import whose.cli
from whose.cli import FAILED, INTERRUPTED, USAGE
from whose.errors import ConfigurationError, MissingExtraError, WhoseError

#: Headings of ``whose --help``, in their order; a command without a section, or with another, comes last.
SECTIONS = ("Start", "Ask", "Check", "Exchange", "Run")
OTHERS = "Others"


class Commands(click.Group):
    """Finds each command in the file that bears its name, and imports that file only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in alphabetical order."""
        names = (module.name for module in pkgutil.iter_modules(whose.cli.__path__))
        return sorted(name.rstrip("_").replace("_", "-") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name, or None where there is no such file."""
        module = self._module_of(cmd_name)
        command = getattr(module, "command", None)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; an unknown one is answered with the nearest known."""
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None and not ctx.resilient_parsing:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            mend = f"did you mean 'whose {near[0]}'?" if near else "'whose --help' lists what there is."
            raise click.UsageError(f"there is no command {name!r}; {mend}", ctx)
        return name, command, args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, each with the first sentence of its help."""
        sections: dict[str, list[tuple[str, str]]] = {section: [] for section in (*SECTIONS, OTHERS)}
        for name in self.list_commands(ctx):
            module = self._module_of(name)
            command = getattr(module, "command", None)
            if isinstance(command, click.Command) and not command.hidden:
                section = getattr(module, "SECTION", OTHERS)
                line = command.get_short_help_str(limit=formatter.width)
                sections[section if section in sections else OTHERS].append((name, line))
        for section, lines in sections.items():
            if lines:
                with formatter.section(section):
                    formatter.write_dl(lines)

    def _module_of(self, command: str) -> ModuleType | None:
        stem = command.replace("-", "_")
        if stem.startswith("_") or not stem.isidentifier():
            return None
        for name in (stem, f"{stem}_"):
            if find_spec(f"whose.cli.{name}") is not None:
                return importlib.import_module(f"whose.cli.{name}")
        return None


@click.command(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Begin here:
  whose demo --open         a shop of six teams, run for real, and who owns what it did
  whose COMMAND --help      what a command does, with examples
\b
Exit codes: 0 all is well; 1 the answer is no; 2 wrong command line, configuration
or missing extra; 3 it could not be done here; 128+n ended by signal n.
""",
)
@click.version_option(whose.__version__, "-V", "--version", prog_name="whose", message="%(prog)s %(version)s")
@click.pass_context
def group(ctx: click.Context) -> None:
    """Whose code is running?

    Attributes every request, task, error and log line of a Python system to the team that owns the code, and writes
    that into the monitoring you already have. In a program, `whose.install()` does it; this command shows, asks and
    checks.
    """
    if ctx.invoked_subcommand is None:
        # Asked nothing, the command line teaches; that is no mistake of anybody's.
        click.echo(ctx.get_help())


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    output = sys.stdout
    try:
        try:
            code = group.main(list(arguments), prog_name="whose", standalone_mode=False)
        except SystemExit:
            # Click puts another stream here and ends with 1 when a pipe is broken (click/core.py, Command.main).
            if sys.stdout is not output:
                return _unread()
            sys.stdout.flush()
            raise
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (ConfigurationError, MissingExtraError) as error:
        click.echo(f"whose: {error}", err=True)
        return USAGE
    except WhoseError as error:
        click.echo(f"whose: {error}", err=True)
        return FAILED
    except BrokenPipeError:
        return _unread()
    except OSError as error:
        # A folder that vanished, a disk that is full: nothing that a traceback would explain any better.
        is_nowhere = isinstance(error, FileNotFoundError) and error.filename is None
        said = "the working directory is no more; change to another one" if is_nowhere else error
        click.echo(f"whose: {said}", err=True)
        _give_up_output()
        return FAILED
    return code if isinstance(code, int) else 0


def _unread() -> int:
    """Return the exit code for output whose reader has seen enough, as a shell gives it to ``yes | head``."""
    _give_up_output()
    return 128 + signal.SIGPIPE


def _give_up_output() -> None:
    """Drop what cannot be written; Python would complain once more, and end otherwise, when it flushes at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
