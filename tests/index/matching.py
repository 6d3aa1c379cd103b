"""Who wins, by three others: a straightforward reference, git itself, and pathspec."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pathspec

from whose.index.paths import PathIndex
from whose.sources.codeowners import Dialect


@dataclass(frozen=True)
class Numbered:
    """A rule that knows its place, for comparing winners."""

    pattern: str
    number: int


def index_of(patterns: Iterable[str], *, dialect: Dialect = "github") -> PathIndex[Numbered]:
    return PathIndex.compiled([Numbered(text, number) for number, text in enumerate(patterns)], dialect=dialect)


def winner(index: PathIndex[Numbered], path: str) -> int | None:
    rule = index.find(path)
    return None if rule is None else rule.number


def ends_in_dangling_backslash(pattern: str) -> bool:
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 1


def reference_regex(pattern: str) -> re.Pattern[str] | None:
    """Return a pattern of GitHub's dialect as one regular expression: slow, and easy to read."""
    is_escaped = False
    segments = [""]
    for character in pattern:
        if is_escaped:
            if character == "/":
                segments.append("")
            else:
                segments[-1] += re.escape(character)
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif character == "/":
            segments.append("")
        else:
            segments[-1] += {"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character))
    if is_escaped:
        return None
    star = "[^/]*"
    is_directory = len(segments) > 1 and segments[-1] == ""
    if is_directory:
        segments.pop()
    if len(segments) == 1 and segments[0]:
        segments.insert(0, star * 2)
    elif segments[0] == "":
        segments.pop(0)
    if not segments or "" in segments:
        return None
    is_deep = [re.fullmatch(r"(\[\^/\]\*){2,}", segment) is not None for segment in segments]
    text = ""
    for segment, deep in zip(segments[:-1], is_deep[:-1], strict=True):
        text += "(?:[^/]+/)*" if deep else f"{segment}/"
    if is_deep[-1]:
        text += ".+"
    elif is_directory:
        text += f"{segments[-1]}/.+"
    elif segments[-1] == star:
        text += star
    else:
        text += f"{segments[-1]}(?:/.+)?"
    return re.compile(rf"(?s:{text})\Z")


class Git:
    """Asks ``git check-attr``, in which the last matching line wins too."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("git") is None:
            message = "git is not installed, and these tests compare with it: apt-get install git"
            raise RuntimeError(message)
        self.folder = folder
        subprocess.run(["git", "init", "--quiet", str(folder)], check=True)

    def winners(self, rule_sets: Sequence[Sequence[str]], paths: Sequence[str]) -> list[list[int | None]]:
        """Return, for each set of rules, the number of the rule that wins each path."""
        lines = [
            f"{_quoted(line)} set{at}={number}\n"
            for at, patterns in enumerate(rule_sets)
            for number, pattern in enumerate(patterns)
            for line in gitattributes_of(pattern)
        ]
        (self.folder / ".git" / "info").mkdir(exist_ok=True)
        (self.folder / ".git" / "info" / "attributes").write_text("".join(lines), encoding="utf-8")
        answered = subprocess.run(
            ["git", "check-attr", "-z", "--stdin", *(f"set{at}" for at in range(len(rule_sets)))],
            cwd=self.folder,
            input="".join(f"{path}\0" for path in paths).encode(),
            capture_output=True,
            check=True,
        )
        values = answered.stdout.decode().split("\0")[2::3]
        numbers = [None if value == "unspecified" else int(value) for value in values]
        return [numbers[at :: len(rule_sets)] for at in range(len(rule_sets))]


def gitattributes_of(pattern: str) -> list[str]:
    """Return a pattern as lines of gitattributes, which know no directories: ``dir/`` is written ``dir/**``."""
    if ends_in_dangling_backslash(pattern):
        return [pattern]
    if not pattern.strip("/"):
        return []
    body = pattern.removesuffix("/")
    anywhere = "" if "/" in body else "**/"
    if pattern.endswith("/"):
        return [f"{anywhere}{body}/**"]
    if not body.rpartition("/")[2].strip("*"):
        return [pattern]
    return [pattern, f"{anywhere}{body}/**"]


def _quoted(pattern: str) -> str:
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def pathspec_winners(patterns: Sequence[str], paths: Sequence[str]) -> list[int | None]:
    """Return the number of the rule that wins each path, by pathspec's plain PathSpec."""
    spec = pathspec.PathSpec.from_lines("gitignore", patterns, backend="simple")
    return [spec.check_file(path).index for path in paths]
