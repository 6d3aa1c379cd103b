"""The frame of the command line: finding commands, teaching, exit codes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import whose
import whose.cli
from whose.cli import FAILED, FOUND, USAGE
from whose.cli._group import Commands, group, run

_WITHOUT = "import sys; sys.modules[{library!r}] = None; from whose.cli import main; sys.exit(main())"
_COMMAND = '''
import click
import whose
from whose.cli import FOUND
from whose.errors import ConfigurationError, Problem, WhoseError

SECTION = "Ask"

@click.command()
@click.argument("what")
def command(what):
    """Do what is asked. And then some."""
    if what == "no":
        raise SystemExit(FOUND)
    if what == "misconfigured":
        raise ConfigurationError([Problem("whose.toml:3", "is wrong", "mend it")])
    if what == "impossible":
        raise WhoseError("the disk is full")
    if what == "interrupted":
        raise KeyboardInterrupt
    click.echo(what)
'''


@pytest.fixture
def extra_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A command ``wh-import`` in a file of its own, as somebody else would add it."""
    (tmp_path / "wh_import_.py").write_text(_COMMAND)
    monkeypatch.setattr(whose.cli, "__path__", [*whose.cli.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "whose.cli.wh_import_", raising=False)
    return "wh-import"


@pytest.mark.parametrize("library", ["click", "rich"])
def test_without_the_extra_it_says_what_to_install(library: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT.format(library=library), "demo"], capture_output=True, text=True, check=False
    )
    assert done.returncode == USAGE
    assert 'pip install "whose[cli]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"whose {whose.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_asked_nothing_it_teaches(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    shown = capsys.readouterr().out
    assert "Whose code is running?" in shown
    assert "whose demo --open" in shown
    assert "Exit codes" in shown


def test_every_command_has_a_line_in_the_help_and_examples_in_its_own() -> None:
    context = click.Context(group)
    assert isinstance(group, Commands)
    shown = group.get_help(context)
    names = group.list_commands(context)
    assert {"demo", "completion"} <= set(names)
    for name in names:
        command = group.get_command(context, name)
        assert command is not None, f"cli/{name}.py has no click command called 'command'"
        assert f"  {name} " in shown
        taught = (command.help or "") + (command.epilog or "")
        assert re.search(rf"^ +(\w+: .*)?whose {name}\b", taught, re.MULTILINE), f"whose {name} --help has no example"


def test_an_unknown_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dmeo"]) == USAGE
    assert "did you mean 'whose demo'?" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["xyzzy", "_group", "../demo", "demo.x", ""])
def test_what_is_no_command_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name]) == USAGE
    assert "there is no command" in capsys.readouterr().err


def test_a_file_is_a_command(extra_command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([extra_command, "done"]) == 0
    assert capsys.readouterr().out == "done\n"
    run(["--help"])
    section = capsys.readouterr().out.partition("Ask:")[2].partition("\n\n")[0]
    assert [line.split(maxsplit=1) for line in section.splitlines() if "wh-import" in line] == [
        ["wh-import", "Do what is asked."]
    ]


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("misconfigured", USAGE, "whose.toml:3: is wrong; mend it"),
        ("impossible", FAILED, "whose: the disk is full"),
        ("interrupted", 130, ""),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(
    extra_command: str, what: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([extra_command, what]) == code
    assert said in capsys.readouterr().err


def test_a_question_answered_with_no_ends_with_1(extra_command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run([extra_command, "no"])
    assert ended.value.code == FOUND


def test_only_the_command_that_was_asked_for_is_imported() -> None:
    program = (
        "import sys; from whose.cli._group import run; run(['completion', 'bash']); "
        "print([name for name in sys.modules if name.startswith(('whose.cli.', 'whose.demo', 'celery', 'django'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['whose.cli._group', 'whose.cli.completion']"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_ask_whose(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert f"_WHOSE_COMPLETE={shell}_complete" in capsys.readouterr().out


def test_commands_complete() -> None:
    program = "from whose.cli import main; import sys; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"_WHOSE_COMPLETE": "bash_complete", "COMP_WORDS": "whose de", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "plain,demo\n"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    program = "import sys; from whose.cli import main; sys.exit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", program, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + 13
