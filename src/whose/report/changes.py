"""Compares who owned what at a revision with who owns it now: files, tasks and views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from whose.model import Ownership
from whose.report.before import as_it_was, path_below
from whose.report.entry_points import EntryPoint
from whose.report.files import list_files
from whose.report.progress import Progress
from whose.report.revision import open_revision
from whose.report.states import State, state_of
from whose.report.survey import OwnedEntry, owned_entries, python_sources, survey
from whose.repository import Repository


class What(StrEnum):
    """What has happened to something."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that has another owner than before, or that is new or gone."""

    #: ``file``, ``task`` or ``view``.
    kind: str
    name: str
    what: What
    before: Ownership | None
    after: Ownership | None
    #: The path or name that it had, where it was moved.
    old_name: str | None = None
    entry: EntryPoint | None = None

    @property
    def is_orphan(self) -> bool:
        """Tell whether it has no owner now, being new or having had one, or being unowned on purpose, before."""
        if self.after is None or state_of(self.after) is not State.MISSING:
            return False
        return self.before is None or state_of(self.before) is not State.MISSING


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that is otherwise than at the revision, sorted."""

    revision: str
    all: tuple[Change, ...]

    def of(self, what: What) -> tuple[Change, ...]:
        """Return the changes of one sort."""
        return tuple(change for change in self.all if change.what is what)

    @property
    def orphans(self) -> tuple[Change, ...]:
        """Return what has no owner now and had one before, or is new."""
        return tuple(change for change in self.all if change.is_orphan)


def changes_since(name: str, repository: Repository, progress: Progress) -> Changes:
    """Return what has changed between a revision and the working tree.

    Raises:
        RepositoryError: there is no such revision, or no repository.
        ConfigurationError: the rules of the revision cannot be read.

    """
    progress.say(f"reading {name}")
    revision = open_revision(repository.root, name)
    listing = list_files(repository.root)
    texts = dict(python_sources(listing, progress))
    now = survey(repository, progress, listing=listing, sources=texts)
    inside = path_below(repository.root.resolve(), revision.top.resolve())
    sources = {inside + path: content for path, content in texts.items()}
    owners = {inside + path: ownership for path, ownership in now.ownerships.items()}
    with as_it_was(revision, sources) as before:
        before.survey(progress.of(tuple(revision.objects), f"asking who owned at {name}"))
        found = [*_of_files(before.ownerships, owners, revision.moved)]
        entries = owned_entries(texts.items(), repository, now.subjects)
        moved = {new: old for new, old in revision.moved.items() if new in owners}
        found += _of_entries(before.entry_points(), _now(entries, inside), moved)
    order = {"file": 0, "task": 1, "view": 2}
    return Changes(name, tuple(sorted(found, key=lambda change: (order[change.kind], change.name))))


def _now(entries: Iterable[OwnedEntry], inside: str) -> tuple[OwnedEntry, ...]:
    return tuple(OwnedEntry(replace(one.entry, path=inside + one.entry.path), one.ownership) for one in entries)


def _of_files(
    before: Mapping[str, Ownership], after: Mapping[str, Ownership], moved: Mapping[str, str]
) -> Iterable[Change]:
    gone = before.keys() - after.keys() - {old for new, old in moved.items() if new in after}
    for path, ownership in after.items():
        old = path if path in before else moved.get(path)
        if old is None or old not in before:
            yield Change("file", path, What.ADDED, None, ownership)
        elif _owner(before[old]) != _owner(ownership):
            old_name = old if old != path else None
            yield Change("file", path, What.CHANGED, before[old], ownership, old_name)
    for path in gone:
        yield Change("file", path, What.REMOVED, before[path], None)


def _of_entries(
    before: Iterable[OwnedEntry], after: Iterable[OwnedEntry], moved: Mapping[str, str]
) -> Iterable[Change]:
    """Return the changes of tasks and views; one whose file was moved is the same, whatever its name is now."""
    known = {_key(one.entry, one.entry.path): one for one in before}
    fresh = []
    for one in {_key(one.entry, one.entry.path): one for one in after}.values():
        old = known.pop(_key(one.entry, moved.get(one.entry.path, one.entry.path)), None)
        if old is None:
            fresh.append(one)
        elif _owner(old.ownership) != _owner(one.ownership):
            yield _change(one, What.CHANGED, old)
    by_place = {(one.entry.kind, one.entry.path, _last(one.entry)): one for one in known.values()}
    for one in fresh:
        place = (one.entry.kind, moved.get(one.entry.path, one.entry.path), _last(one.entry))
        old = by_place.get(place)
        if old is not None and known.pop(_key(old.entry, old.entry.path), None) is not None:
            if _owner(old.ownership) != _owner(one.ownership):
                yield _change(one, What.CHANGED, old)
        else:
            yield _change(one, What.ADDED, None)
    for one in known.values():
        yield Change(one.entry.kind, one.entry.name, What.REMOVED, one.ownership, None, entry=one.entry)


def _change(one: OwnedEntry, what: What, old: OwnedEntry | None) -> Change:
    old_name = old.entry.name if old is not None and old.entry.name != one.entry.name else None
    before = old.ownership if old is not None else None
    return Change(one.entry.kind, one.entry.name, what, before, one.ownership, old_name, one.entry)


def _key(entry: EntryPoint, path: str) -> tuple[str, str, str, str]:
    return entry.kind, entry.name, entry.route, path


def _last(entry: EntryPoint) -> str:
    return f"{entry.name.rpartition('.')[2]} {entry.route}"


def _owner(ownership: Ownership) -> str:
    return ownership.team.name if ownership.team is not None else f" {state_of(ownership).value}"
