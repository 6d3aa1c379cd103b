"""Reads CODEOWNERS files of GitHub and GitLab into lines with their owners, and says what is wrong with them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Literal

from whose.errors import ConfigurationError, Problem
from whose.model import Rule, SourceName, TeamName
from whose.sources.regular_files import read_regular

Dialect = Literal["github", "gitlab"]

CODEOWNERS = SourceName("codeowners")

#: Where GitHub looks, in its order, and then where only GitLab does.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")

#: GitHub does not load a larger file.
GITHUB_LIMIT_BYTES = 3 * 1024 * 1024

_BLANKS = " \t\r\f\v"
_GAP = re.compile(r"(?<!\\)[ \t\r\f\v]+")
_OPEN_BRACKET = re.compile(r"(?<!\\)\[")
_DANGLING_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*\\$")
_OWNER = {
    "github": re.compile(r"@\w[\w.-]*(?:/\w[\w.-]*)?|[^@\s]+@[^@\s]+"),
    "gitlab": re.compile(r"@@?\w[\w.-]*(?:/\w[\w.-]*)*|[^@\s]+@[^@\s]+"),
}
_HEADING = re.compile(r"(\^)?\[([^\]]*)\](?:\[([0-9]*)\])?([ \t]+[@\w.\-/ \t+]*)?")
_UNCLOSED_HEADING = re.compile(r"\^?\[[^\]]*$")
#: What only GitLab has: a line that is a heading and nothing else, as far as owners go.
_GITLAB_LINE = re.compile(r"^[ \t]*\^?\[[^\]\n]+\](?:\[[0-9]*\])?[ \t]*(?:[@#][^\n]*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CodeownersLine:
    """A line that says who owns what, in the words of the file."""

    #: As written, escapes included; without the ``!`` of an exclusion.
    pattern: str
    #: Handles and mail addresses as written; none where the line says that nobody owns this.
    owners: tuple[str, ...]
    file: str
    line: int
    #: Name of the section by its first spelling; empty for lines before the first heading, and on GitHub.
    section: str = ""
    is_optional: bool = False
    approvals: int = 1
    is_exclusion: bool = False

    @property
    def written(self) -> str:
        """Return the pattern as the file has it."""
        return f"!{self.pattern}" if self.is_exclusion else self.pattern


@dataclass(frozen=True, slots=True)
class ParsedCodeowners:
    """All that a CODEOWNERS file says, and what is wrong with it."""

    file: str
    dialect: Dialect
    rules: tuple[CodeownersLine, ...]
    #: Kinds: ``negation``, ``range``, ``escaped_hash``, ``malformed_owner``, ``matches_nothing``, ``section_heading``,
    #: ``no_owner``, ``owner_in_comment``, ``exclusion_owner``, ``too_large``.
    problems: tuple[Problem, ...] = ()


def find_codeowners(root: Path) -> Path | None:
    """Return the CODEOWNERS file of a repository, or None where it has none."""
    return next((root / place for place in PLACES if (root / place).is_file()), None)


def load_codeowners(path: Path | str, *, dialect: Dialect | None = None) -> ParsedCodeowners:
    """Return what a CODEOWNERS file says; the dialect is told by :func:`dialect_of` unless it is given.

    Raises:
        ConfigurationError: the file cannot be read, or is not UTF-8.

    """
    file = str(path)
    try:
        raw = read_regular(path)
    except OSError as error:
        mend = "correct the name, or restore the file"
        raise ConfigurationError([Problem(file, f"cannot be read ({error.strerror})", mend)]) from error
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8 (byte 0x{raw[error.start]:02x})"
        raise ConfigurationError([Problem(f"{file}:{line}", message, "save the file as UTF-8")]) from error
    parsed = parse_codeowners(text, file=file, dialect=dialect or dialect_of(file, text))
    if parsed.dialect == "gitlab" or len(raw) < GITHUB_LIMIT_BYTES:
        return parsed
    message = (
        f"has {len(raw):,} bytes; GitHub does not load a CODEOWNERS file of 3 MB or more, and then nobody owns anything"
    )
    too_large = Problem(file, message, "join lines by wildcards", kind="too_large")
    return ParsedCodeowners(file, parsed.dialect, parsed.rules, (too_large, *parsed.problems))


def dialect_of(file: str, text: str) -> Dialect:
    """Return the dialect of a file by its place, else by its text: only GitLab has section headings."""
    folder = PurePath(file).parent.name
    if folder == ".gitlab":
        return "gitlab"
    return "gitlab" if folder != ".github" and _GITLAB_LINE.search(text) else "github"


def parse_codeowners(text: str, *, file: str, dialect: Dialect) -> ParsedCodeowners:
    r"""Return what the text of a CODEOWNERS file says, in time proportional to its length.

    GitHub: https://docs.github.com, "About code owners". GitLab: https://docs.gitlab.com/user/project/codeowners/.

    >>> parsed = parse_codeowners("*.py @a\n/docs/ # nobody", file="CODEOWNERS", dialect="github")
    >>> [line.owners for line in parsed.rules]
    [('@a',), ()]
    """
    reader = _GitLabReader(file) if dialect == "gitlab" else _GitHubReader(file)
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        stripped = line.lstrip(_BLANKS)
        if stripped and not stripped.startswith("#"):
            reader.read(stripped, number)
    return ParsedCodeowners(file, dialect, tuple(reader.rules), tuple(reader.problems))


def codeowners_rules(
    lines: Iterable[CodeownersLine], *, team_of: Callable[[Sequence[str]], TeamName | None]
) -> tuple[Rule, ...]:
    """Return the Rule of each line, in the same order; ``team_of`` is asked for the one team among a line's owners."""
    return tuple(
        Rule(
            CODEOWNERS,
            line.written,
            team_of(line.owners) if line.owners else None,
            file=line.file,
            line=line.line,
        )
        for line in lines
    )


@dataclass(slots=True)
class _Reader:
    """Takes in one line after the other."""

    file: str
    rules: list[CodeownersLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def report(self, number: int, kind: str, message: str, mend: str) -> None:
        self.problems.append(Problem(f"{self.file}:{number}", message, mend, kind=kind))

    def reaches_something(self, pattern: str, number: int) -> bool:
        """Tell whether a path could match, and report a pattern that none can."""
        if pattern in ("", "/"):
            mend = "write * for the whole repository"
        elif "//" in pattern:
            mend = "write one slash"
        elif pattern.endswith("\\") and _DANGLING_BACKSLASH.search(pattern):
            mend = "remove the backslash at the end"
        else:
            return True
        self.report(number, "matches_nothing", f"{pattern!r} matches no path", mend)
        return False


@lru_cache(maxsize=1_024)
def _is_owner(word: str, dialect: Dialect) -> bool:
    return _OWNER[dialect].fullmatch(word) is not None


def _cut(line: str) -> tuple[str, str]:
    """Return the pattern of a line, and what follows it."""
    gap = _GAP.search(line)
    return (line[: gap.start()], line[gap.end() :]) if gap else (line, "")


class _GitHubReader(_Reader):
    """Skips a line that GitHub would skip, and says why."""

    def read(self, line: str, number: int) -> None:
        pattern, rest = _cut(line)
        if not self._is_supported(pattern, line, number) or not self.reaches_something(pattern, number):
            return
        owners = tuple(rest.partition("#")[0].split())
        malformed = [owner for owner in owners if not _is_owner(owner, "github")]
        if malformed:
            message = f"{malformed[0]!r} is neither @user, @org/team nor a mail address; GitHub skips the line"
            handle = f"@{malformed[0]}"
            mend = f"write {handle}" if _is_owner(handle, "github") else "correct the owner"
            self.report(number, "malformed_owner", message, mend)
            return
        self.rules.append(CodeownersLine(pattern, owners, self.file, number))

    def _is_supported(self, pattern: str, line: str, number: int) -> bool:
        if pattern.startswith("!"):
            mend = "give the path a later line of its own, without owners if nobody owns it"
            self.report(number, "negation", "GitHub has no '!' and skips the line", mend)
        elif pattern.startswith("\\#"):
            mend = "write ? for the #"
            self.report(number, "escaped_hash", "GitHub has no '\\#' and skips the line", mend)
        elif "[" in line and _GITLAB_LINE.match(line):
            mend = "remove it, or declare the dialect gitlab"
            self.report(number, "section_heading", "GitHub has no sections and skips the line", mend)
        elif "[" in pattern and _OPEN_BRACKET.search(pattern):
            mend = "write ? or *, or a line for each"
            self.report(number, "range", "GitHub has no '[ ]' and skips the line", mend)
        else:
            return True
        return False


@dataclass(frozen=True, slots=True)
class _Section:
    name: str = ""
    is_optional: bool = False
    approvals: int = 1
    default_owners: tuple[str, ...] = ()


@dataclass(slots=True)
class _GitLabReader(_Reader):
    """Reads a line as GitLab does: most that is wrong is taken as something else, which is reported."""

    section: _Section = field(default_factory=_Section)
    #: The first spelling of every name; the section before any heading is called so.
    names: dict[str, str] = field(default_factory=lambda: {"codeowners": ""})

    def read(self, line: str, number: int) -> None:
        line = line.rstrip(_BLANKS)
        heading = _HEADING.match(line)
        if heading is not None:
            self._enter(heading, number)
            return
        if _UNCLOSED_HEADING.match(line):
            self.report(number, "section_heading", "GitLab reads a heading without ']' as a pattern", "add the ']'")
        is_exclusion = line.startswith("!")
        pattern, rest = _cut(line[is_exclusion:])
        # "/" is everything here.
        if pattern != "/" and not self.reaches_something(pattern, number):
            return
        owners = self._owners(rest, number)
        if is_exclusion and owners:
            self.report(number, "exclusion_owner", "GitLab ignores the owners of an exclusion", "remove them")
        section = self.section
        if not (owners or section.default_owners or is_exclusion or rest.strip()):
            mend = "name an owner, or begin the line with '!' if nobody owns this"
            self.report(number, "no_owner", "GitLab calls a line without owners an error", mend)
        self.rules.append(
            CodeownersLine(
                pattern,
                () if is_exclusion else owners or section.default_owners,
                self.file,
                number,
                section=section.name,
                is_optional=section.is_optional,
                approvals=section.approvals,
                is_exclusion=is_exclusion,
            )
        )

    def _enter(self, heading: re.Match[str], number: int) -> None:
        caret, written, approvals, owners = heading.groups()
        if not written.strip():
            self.report(number, "section_heading", "a section must have a name", "name it between the brackets")
        # Nine digits are more approvals than anybody needs, and fewer than int() refuses.
        count = int((approvals or "0")[:9] or "0")
        if caret and count:
            message = "an optional section cannot require approvals"
            self.report(number, "section_heading", message, "remove the '^' or the number")
        name = self.names.setdefault(written.casefold(), written)
        self.section = _Section(name, bool(caret), max(1, count), self._owners(owners or "", number))

    def _owners(self, text: str, number: int) -> tuple[str, ...]:
        """Return the owners in a text; GitLab knows no comments there, and passes over what is no owner."""
        before, hash_sign, comment = text.partition("#")
        owners = []
        for word in before.split():
            if _is_owner(word.strip(",;:()"), "gitlab"):
                owners.append(word.strip(",;:()"))
            else:
                message = f"{word!r} is neither @user, @group, @@role nor a mail address; GitLab ignores it"
                self.report(number, "malformed_owner", message, "correct or remove it")
        named = [word.strip(",;:()") for word in comment.split() if _is_owner(word.strip(",;:()"), "gitlab")]
        if hash_sign and named:
            message = f"GitLab knows no comment after a pattern and takes {named[0]!r} for an owner"
            self.report(number, "owner_in_comment", message, "move the comment to a line of its own")
        return (*owners, *named)
