"""Files that cannot be read, folders that are gone, output that nobody takes: a clear error and a defined exit code."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import SHOP, MakeRepository, Whose
from whose.cli import FAILED, FOUND, USAGE

COMMANDS = {
    "of": ("of", "README.md"),
    "explain": ("explain", "README.md"),
    "teams": ("teams",),
    "team": ("team", "team-red"),
    "coverage": ("coverage",),
    "lint": ("lint",),
    "export": ("export", "mapping"),
    "diff": ("diff", "HEAD"),
}
every_command = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


@every_command
def test_owners_that_are_not_utf_8_are_told_with_file_and_line(
    whose: Whose, shop: Path, command: tuple[str, ...]
) -> None:
    (shop / ".github" / "CODEOWNERS").write_bytes(b"/src/ @acme/red\n/caf\xe9/ @acme/red\n")
    done = whose(*command)
    assert done.code == USAGE
    assert ".github/CODEOWNERS:2" in done.err + done.out
    assert "is not UTF-8 (byte 0xe9)" in done.err + done.out
    assert "save the file as UTF-8" in done.err + done.out


@every_command
def test_a_configuration_that_is_not_utf_8_is_told(whose: Whose, shop: Path, command: tuple[str, ...]) -> None:
    (shop / "whose.toml").write_bytes(b"# caf\xe9\n")
    done = whose(*command)
    assert done.code == USAGE
    assert "whose.toml" in done.err + done.out
    assert "is not UTF-8" in done.err + done.out


@every_command
def test_a_configuration_that_may_not_be_read_is_told(
    whose: Whose, shop: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.read_text

    def refuse(path: Path, *rest: object, **options: object) -> str:
        if path.name == "pyproject.toml":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "read_text", refuse)
    done = whose(*command)
    assert done.code == USAGE
    assert "cannot be read (Permission denied)" in done.err + done.out


@every_command
def test_a_working_directory_that_is_gone_is_told(
    whose: Whose, shop: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "gone").mkdir()
    monkeypatch.chdir(shop / "gone")
    (shop / "gone").rmdir()
    done = whose(*command)
    assert done.code == FAILED
    assert done.err == "whose: the working directory is no more; change to another one\n"


@every_command
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(whose: Whose, shop: Path, command: tuple[str, ...]) -> None:
    (shop / "src" / "shop" / "urls.py").unlink()
    os.mkfifo(shop / "src" / "shop" / "urls.py")
    assert whose(*command).code in (0, FOUND)
    os.mkfifo(shop / "teams.yml")
    os.mkfifo(shop / "owners.csv")
    os.mkfifo(shop / "OWNED")
    (shop / "whose.toml").write_text(
        'codeowners = "OWNED"\nteams_files = ["teams.yml"]\nmapping_files = ["owners.csv"]\n'
    )
    done = whose(*command)
    assert done.code == USAGE
    assert (done.err + done.out).count("cannot be read (No regular file)") == 3


@every_command
def test_a_configuration_nested_beyond_all_sense_is_told(whose: Whose, shop: Path, command: tuple[str, ...]) -> None:
    (shop / "whose.toml").write_text("a = " + "[" * 100_000)
    done = whose(*command)
    assert done.code == USAGE
    assert "is nested too deeply" in done.err + done.out


def test_an_owners_file_of_three_megabytes_is_read_and_told(whose: Whose, make_repository: MakeRepository) -> None:
    text = "".join(f"/src/folder_number_{number}/ @acme/red\n" for number in range(100_000))
    make_repository({**SHOP, ".github/CODEOWNERS": text})
    done = whose("lint", "--select", "WH402")
    assert done.code == FOUND
    assert "GitHub does not load a CODEOWNERS file of 3 MB or more" in done.out
    assert whose("of", "README.md").code == 0


def test_an_owners_file_next_to_the_code_that_is_broken_is_told_and_passed_over(whose: Whose, shop: Path) -> None:
    (shop / "src" / "shop" / "cart" / ".codeowner").write_bytes(b"\xff\n")
    assert "src/shop/cart/.codeowner: WH402 is not UTF-8" in whose("lint").out
    (answer,) = whose("of", "src/shop/cart/views.py", "--json").json["answers"]
    assert answer["team"] == "team-red"


def test_pipes_are_not_waited_for(whose: Whose, shop: Path) -> None:
    os.mkfifo(shop / "src" / "shop" / "pipe.py")
    assert whose("of", "src/shop/pipe.py", "--json").json["answers"][0]["team"] == "team-blue"
    assert whose("coverage", "--json").json["whole"]["files"] == len(SHOP)


def test_a_file_that_is_a_megabyte_of_noise_has_an_owner_too(whose: Whose, shop: Path) -> None:
    (shop / "src" / "shop" / "noise.py").write_bytes(os.urandom(1_000_000))
    assert whose("of", "src/shop/noise.py", "--json").json["answers"][0]["team"] == "team-blue"
    assert whose("teams").code == 0
    assert whose("traceback", "src/shop/noise.py").code == FOUND


def run_whose(*arguments: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    program = "import sys; from whose.cli import main; sys.exit(main())"
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-c", program, *arguments], cwd=cwd, text=True, check=False, **options
    )


def test_a_reader_who_has_seen_enough_ends_the_command_quietly(shop: Path) -> None:
    for number in range(3_000):
        (shop / f"file_{number}.py").write_text("x\n")
    program = "import sys; from whose.cli import main; sys.exit(main())"
    for arguments in ("export json", "of --stdin"):
        command = f"git ls-files -o | {sys.executable} -c '{program}' {arguments} | head -c 10; exit ${{PIPESTATUS[1]}}"
        # Unbuffered, Python does not notice that the rest of a large text found no reader.
        environment = {**os.environ, "PYTHONUNBUFFERED": ""}
        done = subprocess.run(
            ["bash", "-c", command], cwd=shop, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("teams", "--json"), ("lint",), ("of", "src/shop/noise.py"), ("--help",)])
def test_a_disk_that_is_full_is_told(shop: Path, arguments: tuple[str, ...], unbuffered: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        done = run_whose(*arguments, cwd=shop, env=environment, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == FAILED
    assert done.stderr == "whose: [Errno 28] No space left on device\n"


def test_without_git_installed_everything_but_diff_works(shop: Path, tmp_path: Path) -> None:
    shutil.rmtree(shop / ".git")
    environment = {**os.environ, "PATH": str(tmp_path)}
    assert run_whose("coverage", cwd=shop, env=environment, capture_output=True).returncode == 0
    done = run_whose("diff", "HEAD", cwd=shop, env=environment, capture_output=True)
    assert done.returncode == FAILED
    assert "git is not installed here" in done.stderr


@every_command
def test_every_command_has_json_and_help(whose: Whose, shop: Path, command: tuple[str, ...]) -> None:
    done = whose(*command, "--json")
    assert done.json["version"] == 1
    shown = whose(command[0], "--help")
    assert shown.code == 0
    assert "--json" in shown.out
    assert "Exit codes" in shown.out
