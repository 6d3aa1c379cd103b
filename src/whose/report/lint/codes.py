"""The table of everything that ``whose lint`` can find: what it means, how grave it is, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Gravity(StrEnum):
    """How grave a finding is; the value is SARIF's level."""

    #: Somebody gets an answer that is wrong, or none.
    ERROR = "error"
    #: The rules say something other than their author believes.
    WARNING = "warning"
    #: A habit that hides mistakes.
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding."""

    code: str
    title: str
    gravity: Gravity
    meaning: str
    mend: str


CODES: dict[str, Code] = {
    code.code: code
    for code in (
        Code(
            "WH001",
            "configuration mistake",
            Gravity.ERROR,
            "The configuration, or a file that it names, cannot be understood, so the rules could not be checked.",
            "Correct what the message names.",
        ),
        Code(
            "WH002",
            "baseline entry without a finding",
            Gravity.WARNING,
            "A finding that the baseline excuses is gone; as long as the entry stays, it could come back unseen.",
            "Remove the entry; `--fix` does.",
        ),
        Code(
            "WH101",
            "dead rule",
            Gravity.WARNING,
            "No file of the repository matches the rule, so it owns nothing: the code was moved, removed or misspelt.",
            "Correct the pattern or delete the rule; `--fix` corrects what differs from the name of a folder or file "
            "in letter case or in a leading `./` only.",
        ),
        Code(
            "WH102",
            "shadowed rule",
            Gravity.WARNING,
            "Files match the rule, but later rules of the same file claim every one of them.",
            "Move the rule below those that shadow it, or delete it.",
        ),
        Code(
            "WH103",
            "duplicate rule",
            Gravity.WARNING,
            "The same pattern stands twice with the same owners; sooner or later only one of them is changed.",
            "Delete one; `--fix` deletes the one that does not count.",
        ),
        Code(
            "WH104",
            "contradicting rules",
            Gravity.ERROR,
            "The same pattern stands twice with different owners; only the last one counts.",
            "Keep one of the two.",
        ),
        Code(
            "WH105",
            "prefix that names no module",
            Gravity.WARNING,
            "Neither the repository nor an installed package has a module of this name, so the prefix owns nothing.",
            "Correct the prefix or delete it; `--fix` corrects what differs from a module's name in letter case only.",
        ),
        Code(
            "WH106",
            "catch-all that hides gaps",
            Gravity.NOTE,
            "A rule claims whatever no other rule does, so that code without an owner never shows as such.",
            "Let the code be unowned until somebody takes it, or give it to teams one by one.",
        ),
        Code(
            "WH201",
            "unknown team",
            Gravity.ERROR,
            "A rule names a team that is not among the teams that are configured.",
            "Correct the name or add the team; `--fix` corrects letter case.",
        ),
        Code(
            "WH202",
            "handle that no team claims",
            Gravity.ERROR,
            "An ownership file names an owner by a handle that belongs to no team, so nobody is told.",
            "Correct the handle, or add it to the `handles` of the team that it means.",
        ),
        Code(
            "WH203",
            "team that owns nothing",
            Gravity.WARNING,
            "A team is configured, but no file, module, package, URL, task, function or class is its own.",
            "Give it what it owns, or remove the team.",
        ),
        Code(
            "WH204",
            "person as owner",
            Gravity.NOTE,
            "A rule names a person, who will be on holiday one day and gone another.",
            "Name a team, or give the person's handle to one.",
        ),
        Code(
            "WH301",
            "sources that disagree",
            Gravity.WARNING,
            "Two sources name different owners for the same files; the more trusted one counts, silently.",
            "Make one of them say what the other says, or delete it there.",
        ),
        Code(
            "WH401",
            "syntax that the dialect does not have",
            Gravity.ERROR,
            "GitHub or GitLab passes over this line or reads it as something else than it looks like.",
            "Write it as the message says.",
        ),
        Code(
            "WH402",
            "file that is not read",
            Gravity.ERROR,
            "An ownership file is too large for the service that reads it, cannot be read, or is not UTF-8.",
            "As the message says.",
        ),
    )
}
