"""What a path pattern means in the dialects of GitHub and GitLab: its segments, and whether it covers what is below."""

from __future__ import annotations

import re
from dataclasses import dataclass

from whose.index.names import CharacterSet, NameGlob, Piece, Token, Wild
from whose.sources.codeowners import Dialect

_TOKEN = re.compile(r"[^*?]+|[*?]")
_WILD: dict[str, Token] = {"*": Wild.NAME, "?": Wild.CHARACTER}
#: Matches nothing, nor does the pattern that has it.
NO_CHARACTER = CharacterSet(())

#: Plain text, or the tokens of a name with wildcards.
Name = str | list[Token]
Segment = str | NameGlob | Wild


@dataclass(frozen=True, slots=True)
class PathGlob:
    """A pattern for paths below the root of a repository, one segment a name; ``Wild.PATH`` never stands last."""

    segments: tuple[Segment, ...]
    #: Whether a file that the segments lead to is matched, and whether everything below such a directory is.
    matches_itself: bool
    matches_below: bool


def parse_glob(pattern: str, *, dialect: Dialect = "github") -> PathGlob | None:
    """Return what a pattern means, or None where no path can match it (``/``, ``a//b``).

    GitHub's patterns are gitignore's without ``!`` and ``[ ]``, and ``docs/*`` reaches direct children only
    (https://docs.github.com, "About code owners"). GitLab hands ``/**/`` + pattern to Ruby's ``File.fnmatch`` with
    ``FNM_PATHNAME | FNM_DOTMATCH`` (https://docs.gitlab.com/user/project/codeowners/advanced/, "Pattern matching").
    """
    is_gitlab = dialect == "gitlab"
    names = _names(pattern, is_gitlab=is_gitlab)
    return _gitlab_glob(names) if is_gitlab else _github_glob(names)


def _github_glob(names: list[Name]) -> PathGlob | None:
    is_directory = len(names) > 1 and not names[-1]
    if is_directory:
        names.pop()
    is_anchored = len(names) > 1 or not names[0]
    if not names[0]:
        del names[0]
    if not names or not all(names):
        return None
    segments = [_segment(name) for name in names]
    if not is_anchored:
        segments.insert(0, Wild.PATH)
    if is_directory or segments[-1] is Wild.PATH:
        return _path_glob(segments, matches_itself=False, matches_below=True)
    return _path_glob(segments, matches_itself=True, matches_below=segments[-1] is not Wild.NAME)


def _gitlab_glob(names: list[Name]) -> PathGlob | None:
    if names == [""]:
        return None
    is_directory = not names[-1]
    if is_directory:
        names.pop()
    if names[0]:
        names.insert(0, [Wild.NAME, Wild.NAME])
    else:
        del names[0]
    if not all(names):
        return None
    segments = [_segment(name, is_gitlab=True) for name in names]
    if not is_directory and segments[-1] is Wild.PATH:
        # File.fnmatch reads "**" as recursive only where a slash follows.
        segments[-1] = Wild.NAME
    return _path_glob(segments, matches_itself=not is_directory, matches_below=is_directory)


def _path_glob(segments: list[Segment], *, matches_itself: bool, matches_below: bool) -> PathGlob:
    kept = [
        segment
        for at, segment in enumerate(segments)
        if segment is not Wild.PATH or segments[at - 1 : at] != [Wild.PATH]
    ]
    if not matches_below and kept[-2:] == [Wild.PATH, Wild.NAME]:
        # Every file at any depth is everything below.
        matches_itself, matches_below = False, True
        kept.pop()
    if kept and kept[-1] is Wild.PATH:
        kept.pop()
    return PathGlob(tuple(kept), matches_itself, matches_below)


def _segment(name: Name, *, is_gitlab: bool = False) -> Segment:
    if isinstance(name, str):
        return name
    if all(token is Wild.NAME for token in name):
        is_path = len(name) == 2 if is_gitlab else len(name) > 1
        return Wild.PATH if is_path else Wild.NAME
    pieces: list[list[Token]] = [[]]
    for token in name:
        if token is not Wild.NAME:
            pieces[-1].append(token)
        elif len(pieces) == 1 or pieces[-1]:
            pieces.append([])
    return NameGlob(tuple(map(_piece, pieces)))


def _text(tokens: list[Token]) -> str:
    return "".join(map(str, tokens))


def _piece(tokens: list[Token]) -> Piece:
    if all(isinstance(token, str) for token in tokens):
        return _text(tokens)
    return tuple(character for token in tokens for character in (token if isinstance(token, str) else (token,)))


def _names(pattern: str, *, is_gitlab: bool) -> list[Name]:
    """Return the tokens of each name of a pattern, cut at its slashes."""
    if "\\" in pattern or (is_gitlab and "[" in pattern):
        return _scanned_names(pattern, is_gitlab=is_gitlab)
    names: list[Name] = list(pattern.split("/"))
    if "*" in pattern or "?" in pattern:
        for at, name in enumerate(names):
            if "*" in name or "?" in name:
                names[at] = [_WILD.get(token, token) for token in _TOKEN.findall(str(name))]
    return names


def _scanned_names(pattern: str, *, is_gitlab: bool) -> list[Name]:
    names: list[list[Token]] = [[]]
    at, end = 0, len(pattern)
    while at < end:
        character = pattern[at]
        at += 1
        token: Token = _WILD.get(character, character)
        if character == "\\":
            if at == end:
                # Ruby drops a backslash that escapes nothing; in git the pattern is invalid.
                token = "" if is_gitlab else NO_CHARACTER
            else:
                token = pattern[at]
                at += 1
        elif character == "[" and is_gitlab:
            token, at = _character_set(pattern, at)
        if token == "/":  # noqa: S105 - not that kind of token
            names.append([])
        elif token:
            names[-1].append(token)
    return [_text(name) if all(isinstance(token, str) for token in name) else name for name in names]


def _character_set(pattern: str, at: int) -> tuple[CharacterSet, int]:
    """Return the set whose ``[`` stands before a place, and the place after it; one without ``]`` matches nothing."""
    is_negated = pattern[at : at + 1] in ("!", "^")
    ranges: list[tuple[str, str]] = []
    at += is_negated
    while pattern[at : at + 1] != "]":
        low, at = _set_member(pattern, at)
        high = low
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] != "]":
            high, at = _set_member(pattern, at + 1)
        if not high:
            return NO_CHARACTER, len(pattern)
        ranges.append((low, high))
    return CharacterSet(tuple(ranges), is_negated), at + 1


def _set_member(pattern: str, at: int) -> tuple[str, int]:
    at += pattern[at : at + 1] == "\\"
    return pattern[at : at + 1], at + 1
