"""Answers questions about paths, dotted names, URLs and tasks, starting the project only for those that need it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import whose
from whose.cli._options import relative_to_root
from whose.cli._project import Project, ProjectError
from whose.index import Subject
from whose.model import UNKNOWN, Ownership, Rule, SourceName
from whose.report.consoles import error_console
from whose.report.progress import Progress
from whose.report.questions import Kind, kind_of
from whose.report.survey import OwnedEntry, survey
from whose.repository import Repository


@dataclass(frozen=True, slots=True)
class Answer:
    """Who owns what was asked about."""

    asked: str
    kind: Kind
    ownership: Ownership
    #: What every source says, in order of precedence.
    spoken: tuple[tuple[SourceName, Rule], ...] = ()
    #: The full name of the view or task that the question means.
    name: str = ""
    #: Whether there is such a thing; a path that is not there has an owner all the same.
    exists: bool = True
    #: What is to be known about the answer besides.
    note: str = ""


class Answers:
    """Answers about the repository of the working directory."""

    def __init__(
        self,
        *,
        settings: str | None = None,
        app: str | None = None,
        online: bool = False,
        kind: Kind | None = None,
    ) -> None:
        self._is_asked_to_start = bool(settings or app)
        self._project = Project(settings=settings, app=app, online=online)
        self._kind = kind
        self._has_complained = False

    @cached_property
    def repository(self) -> Repository:
        """Return the repository; with the project's own settings where somebody named them."""
        repository = self._project.repository() if self._is_asked_to_start else whose.load()
        if not self._is_asked_to_start and not repository.config.has_rules and self._project.settings:
            error_console().print(
                "whose: no rules are configured in a file here; if Django's settings hold them, add "
                f"--settings {self._project.settings}",
                soft_wrap=True,
                style="yellow",
            )
        return repository

    def of(self, text: str) -> Answer:
        """Return who owns a path, dotted name, URL or task.

        Raises:
            WhoseError: it lies outside the repository, or the project cannot tell.

        """
        kind = self._kind or kind_of(
            text,
            root=str(self.repository.root),
            knows_module=lambda name: self.repository.subject_of_module(name).path is not None,
            knows_task=lambda name: name in self._tasks,
        )
        if kind is Kind.PATH:
            return self._of_path(text)
        if kind is Kind.URL:
            return self._of_url(text)
        return self._of_task(text) if kind is Kind.TASK else self._of_name(text)

    def _of_path(self, text: str) -> Answer:
        path = relative_to_root(text, self.repository.root)
        subject = self.repository.subject_of_path(path)
        exists = os.path.lexists(self.repository.root / path)
        return self._answer(text, Kind.PATH, subject, exists=exists, note="" if exists else "no such file")

    def _of_name(self, text: str) -> Answer:
        return self._answer(text, Kind.NAME, self.repository.subject_of_module(text), name=text)

    def _answer(
        self, text: str, kind: Kind, subject: Subject, *, name: str = "", exists: bool = True, note: str = ""
    ) -> Answer:
        index = self.repository.index
        return Answer(text, kind, index.owner_of(subject), index.explain(subject), name, exists, note)

    def _of_url(self, text: str) -> Answer:
        found = self._project.owner_of_url(text)
        if found is None:
            return Answer(text, Kind.URL, UNKNOWN, exists=False, note="no view serves it")
        ownership, name = found
        return Answer(text, Kind.URL, ownership, self._spoken(ownership), name)

    def _of_task(self, text: str) -> Answer:
        note = ""
        if self._project.can_start:
            try:
                found = self._project.owner_of_task(text)
            except ProjectError as error:
                if self._is_asked_to_start:
                    raise
                self._complain(error)
                note = "found in the source; the project could not be started"
            else:
                if found is not None:
                    return Answer(text, Kind.TASK, found[0], self._spoken(found[0], task=found[1]), found[1])
                return Answer(text, Kind.TASK, UNKNOWN, exists=False, note=self._no_task(text))
        entries = [entry for name, entry in self._tasks.items() if name == text] or [
            entry for name, entry in self._tasks.items() if name.endswith(f".{text}")
        ]
        if len(entries) > 1:
            names = ", ".join(entry.entry.name for entry in entries)
            raise ProjectError(f"{text}: several tasks are called so: {names}; write one in full")
        if not entries:
            how = "" if self._project.can_start else "; the project may know more: add --app or --settings"
            raise ProjectError(f"{text}: {self._no_task(text)}{how}")
        (entry,) = entries
        note = note or "found in the source"
        spoken = self._spoken(entry.ownership, task=entry.entry.name)
        return Answer(text, Kind.TASK, entry.ownership, spoken, entry.entry.name, note=note)

    def _no_task(self, text: str) -> str:
        names = {name.rpartition(".")[2]: name for name in self._tasks}
        near = difflib.get_close_matches(text.rpartition(".")[2], names, n=1)
        hint = f"; did you mean {names[near[0]]}?" if near else ""
        return f"there is no such file, module or task{hint}"

    def _spoken(self, ownership: Ownership, *, task: str | None = None) -> tuple[tuple[SourceName, Rule], ...]:
        repository = self._project.repository() if self._is_asked_to_start else self.repository
        if ownership.module is None:
            return ()
        subject = repository.subject_of_module(ownership.module)
        asked = Subject(subject.module, subject.declared, subject.nearby, subject.path, subject.other_paths, task=task)
        spoken = repository.index.explain(asked)
        decided = ownership.rule
        if decided is not None and all(rule != decided for _, rule in spoken):
            spoken = ((decided.source, decided), *spoken)
        return spoken

    @cached_property
    def _tasks(self) -> Mapping[str, OwnedEntry]:
        progress = Progress()
        entries = survey(self.repository, progress).entry_points(progress)
        return {entry.entry.name: entry for entry in entries if entry.entry.kind == "task"}

    def _complain(self, error: ProjectError) -> None:
        if not self._has_complained:
            self._has_complained = True
            error_console().print(f"whose: {error}", soft_wrap=True, style="yellow")
