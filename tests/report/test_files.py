"""Listing the files of a repository, counting their lines, writing files at once, and showing progress."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import git
from whose.report.files import RepositoryError, list_files
from whose.report.lines import LineCount, count_lines
from whose.report.progress import Progress
from whose.report.writing import write_atomically


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")


def test_tracked_and_new_files_are_listed_and_deleted_and_ignored_ones_are_not(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b/c.py", "gone.py", "caf é\tx.py")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    (tmp_path / "gone.py").unlink()
    (tmp_path / ".gitignore").write_text("*.log\n")
    make(tmp_path, "new\tfile.py", "x.log")
    os.symlink("a.py", tmp_path / "link.py")
    listing = list_files(tmp_path)
    assert listing.paths == (".gitignore", "a.py", "b/c.py", "caf é\tx.py", "link.py", "new\tfile.py")
    assert listing.symlinks == {"link.py"}


def test_another_repository_inside_is_one_folder_and_no_file(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "other/b.py")
    git(tmp_path, "init", "-q")
    git(tmp_path / "other", "init", "-q")
    git(tmp_path / "other", "add", "-A")
    git(tmp_path / "other", "commit", "-q", "-m", "x")
    listing = list_files(tmp_path)
    assert (listing.paths, listing.submodules) == (("a.py",), ("other",))
    git(tmp_path, "add", "-A")
    listing = list_files(tmp_path)
    assert (listing.paths, listing.submodules) == (("a.py",), ("other",))
    shutil.rmtree(tmp_path / "other")
    assert list_files(tmp_path).submodules == ()


def test_what_a_sparse_checkout_leaves_out_or_a_merge_left_open_is_listed_as_it_lies_there(tmp_path: Path) -> None:
    make(tmp_path, "in/a.py", "out/b.py", "out/c.py")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "x")
    git(tmp_path, "sparse-checkout", "set", "in")
    make(tmp_path, "out/c.py")
    assert list_files(tmp_path).paths == ("in/a.py", "out/c.py")
    git(tmp_path, "sparse-checkout", "disable")
    (tmp_path / "in" / "a.py").write_text("ours\n")
    git(tmp_path, "commit", "-q", "-a", "-m", "ours")
    git(tmp_path, "checkout", "-q", "-b", "theirs", "HEAD~1")
    (tmp_path / "in" / "a.py").write_text("theirs\n")
    git(tmp_path, "commit", "-q", "-a", "-m", "theirs")
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path, "merge", "-q", "-")
    assert list_files(tmp_path).paths == ("in/a.py", "out/b.py", "out/c.py")


def test_a_folder_that_the_repository_around_it_ignores_is_read_itself(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("build/\n")
    make(tmp_path, "build/project/a.py")
    listing = list_files(tmp_path / "build" / "project")
    assert (listing.paths, listing.is_git) == (("a.py",), False)


def test_without_git_on_the_machine_the_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py")
    git(tmp_path, "init", "-q")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_files(tmp_path).paths == ("a.py",)


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py", "secret/b.py")
    real = os.scandir

    def refuse(path: os.PathLike[str]) -> object:
        if str(path).rstrip("/").endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("os.scandir", refuse)
    listing = list_files(tmp_path)
    assert (listing.paths, listing.unreadable) == (("a.py",), ("secret/: Permission denied",))
    with pytest.raises(RepositoryError, match="secret: cannot be read"):
        list_files(tmp_path / "secret")


def test_a_clone_of_another_user_is_an_error_that_says_how_to_trust_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(RepositoryError, match=r"git config --global --add safe.directory '.+' trusts it"):
        list_files(tmp_path)


def test_what_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="there is no such folder"):
        list_files(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", 0),
        (b"\n", 1),
        (b"a", 1),
        (b"a\nb\n", 2),
        (b"a\nb", 2),
        (b"x" * (1 << 18), 1),
        (b"x\n" * (1 << 17), 1 << 17),
        (b"x\n" * (1 << 17) + b"y", (1 << 17) + 1),
        (b"\0a\nb\n", 0),
    ],
)
def test_lines_are_counted_as_people_count_them(tmp_path: Path, content: bytes, lines: int) -> None:
    (tmp_path / "file").write_bytes(content)
    text = content if len(content) < 1 << 18 else None
    assert count_lines(str(tmp_path / "file")) == LineCount(lines, text=text)


def test_what_is_no_file_has_no_lines(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.symlink("nowhere", tmp_path / "link")
    counts = [count_lines(str(tmp_path / name)) for name in ("pipe", "link", "nothing", "")]
    assert counts[:2] == [LineCount(0, text=b""), LineCount(0)]
    assert [count.failure for count in counts[2:]] == ["No such file or directory", "Is a directory"]


def test_a_file_is_replaced_at_once_and_keeps_its_permissions_and_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("before")
    (tmp_path / "real").chmod(0o604)
    os.symlink("real", tmp_path / "link")
    write_atomically(tmp_path / "link", b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "after"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o604


def test_progress_keeps_silent_for_what_is_quick_and_shows_what_is_not() -> None:
    quick, slow = io.StringIO(), io.StringIO()
    assert list(Progress(quick).of(range(1000), "counting")) == list(range(1000))
    list(Progress(slow, silence=0).of(range(1000), "counting"))
    assert quick.getvalue() == ""
    assert slow.getvalue() == "whose: counting 0 of 1,000\n"


def test_progress_leaves_the_line_of_a_terminal_empty() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    list(Progress(terminal, silence=0).of([1, 2], "counting"))
    shown = "counting 0 of 2"
    assert terminal.getvalue() == f"\r{shown}\r{' ' * len(shown)}\r"
