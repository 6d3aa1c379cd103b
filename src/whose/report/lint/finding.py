"""The value Finding: one thing that is wrong with the rules, where, and how to mend it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from whose.report.lint.codes import CODES, Code


@dataclass(frozen=True, slots=True)
class Edit:
    """The change of one line of a file; it is certain, so it may be made without asking."""

    file: str
    line: int
    #: The text in that line that goes, and what comes in its place; None removes the whole line.
    old: str
    new: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the rules."""

    code: str
    message: str
    mend: str
    #: What it is about, in words that stay the same when lines move: the pattern, the team.
    subject: str
    #: The file, relative to the repository; None for settings of a framework, which ``setting`` then names.
    file: str | None = None
    line: int | None = None
    setting: str | None = None
    edit: Edit | None = field(default=None, compare=False)

    @property
    def kind(self) -> Code:
        """Return what the code stands for."""
        return CODES[self.code]

    @property
    def place(self) -> str:
        """Return where it is: ``CODEOWNERS:12`` or the name of a setting."""
        if self.file is None:
            return self.setting or "the configuration"
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @property
    def key(self) -> str:
        """Return what tells findings apart from one run to the next: it does not change when lines move."""
        return f"{self.code} {self.file or self.setting or ''} {self.subject}"

    @property
    def fingerprint(self) -> str:
        """Return the key as the services that gather findings want it."""
        return hashlib.sha256(self.key.encode("utf-8", "surrogateescape")).hexdigest()[:32]

    @property
    def order(self) -> tuple[str, int, str, str]:
        """Return what findings are sorted by: file, line, code."""
        return self.file or "", self.line or 0, self.code, self.subject
