"""Runs the checks on the repository of the working directory, again after each round of fixes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import whose
from whose.config.settings import LintSettings
from whose.errors import ConfigurationError
from whose.report.lint import Examined, Finding, find, is_selected
from whose.report.lint.fixing import fix
from whose.report.lint.problems import findings_of_mistakes
from whose.report.progress import Progress
from whose.report.survey import survey

#: A fix may bring another finding to light, but not for ever.
_MOST_ROUNDS = 8


class Linting:
    """One run of ``whose lint``."""

    def __init__(self, *, selected: Collection[str], ignored: Collection[str], has_packages: bool) -> None:
        self._selected = selected
        self._ignored = ignored
        self._has_packages = has_packages
        #: What the configuration says, once it has been read.
        self.settings = LintSettings()

    def wants(self, code: str) -> bool:
        """Tell whether a code is looked for: by the command line, and where that selects none, by the configuration."""
        selected, ignored = self._selected, self._ignored
        if not selected:
            selected, ignored = self.settings.select, (*ignored, *self.settings.ignore)
        return is_selected(code, selected=selected, ignored=ignored)

    def findings(self) -> tuple[Finding, ...]:
        """Return what is wrong now, by file and line.

        Raises:
            ConfigurationError: the rules cannot be read.
            RepositoryError: the files cannot be listed.

        """
        return self._examine()[1]

    def fixed(self) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Mend what is certain, and return what is left, and what was mended.

        Raises:
            ConfigurationError: the rules cannot be read.
            RepositoryError: the files cannot be listed, read or written.

        """
        mended: list[Finding] = []
        for _ in range(_MOST_ROUNDS):
            root, findings = self._examine()
            done = fix(findings, root=root)
            mended.extend(done)
            if not done:
                break
        return findings, tuple(mended)

    def _examine(self) -> tuple[Path, tuple[Finding, ...]]:
        repository = whose.load()
        self.settings = repository.config.lint
        progress = Progress()
        surveyed = survey(repository, progress)
        progress.say("checking the rules")
        examined = Examined(
            root=repository.root,
            config=repository.config,
            declared=repository.declarations,
            index=repository.index,
            paths=surveyed.listing.paths,
            subjects=surveyed.subjects,
            ownerships=surveyed.ownerships,
            declared_teams=repository.declared_teams,
            has_packages=self._has_packages,
        )
        findings = find(examined, repository.problems)
        progress.clear()
        return repository.root, tuple(finding for finding in findings if self.wants(finding.code))


def mistakes(error: ConfigurationError) -> tuple[Finding, ...]:
    """Return the mistakes that keep the rules from being read as findings; files are named as seen from here."""
    return findings_of_mistakes(error, relative=lambda file: file)
