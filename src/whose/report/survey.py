"""A survey: every file of a repository with what the index is asked about it and who owns it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whose.index import Subject
from whose.model import Ownership
from whose.report.coverage import Coverage, CoveredFile
from whose.report.entry_points import LARGEST, EntryPoint, find_entry_points
from whose.report.files import Listing, list_files
from whose.report.lines import count_lines
from whose.report.progress import Progress
from whose.repository import Repository
from whose.sources.regular_files import read_regular


@dataclass(frozen=True, slots=True)
class OwnedEntry:
    """A task or view, and who owns the code that runs."""

    entry: EntryPoint
    ownership: Ownership


@dataclass(frozen=True)
class Survey:
    """A repository, file by file."""

    repository: Repository
    listing: Listing
    subjects: Mapping[str, Subject]
    ownerships: Mapping[str, Ownership]

    def entry_points(self, progress: Progress) -> tuple[OwnedEntry, ...]:
        """Return the tasks and views that the source declares, and who owns each."""
        return owned_entries(python_sources(self.listing, progress), self.repository, self.subjects)


def python_sources(listing: Listing, progress: Progress) -> Iterator[tuple[str, bytes]]:
    """Return the Python source of a repository, by path; what cannot be read is left out."""
    paths = [path for path in listing.paths if path.endswith(".py") and path not in listing.symlinks]
    for path in progress.of(paths, "reading the source of"):
        try:
            yield path, read_regular(f"{listing.root}/{path}", most=LARGEST + 1)
        except OSError:
            continue  # told by whoever counts its lines


def survey(
    repository: Repository,
    progress: Progress,
    *,
    listing: Listing | None = None,
    sources: Mapping[str, bytes] = MappingProxyType({}),
) -> Survey:
    """Return the survey of a repository; what of its files and source is known already is not read again.

    Raises:
        RepositoryError: its files cannot be listed.

    """
    progress.say("listing files")
    listing = listing if listing is not None else list_files(repository.root)
    subjects: dict[str, Subject] = {}
    ownerships: dict[str, Ownership] = {}
    owner_of, subject_of = repository.index.owner_of, repository.subject_of_path
    for path in progress.of(listing.paths, "asking who owns"):
        subject = subjects[path] = subject_of(path, text=sources.get(path))
        ownerships[path] = owner_of(subject)
    return Survey(repository, listing, subjects, ownerships)


def measured_coverage(repository: Repository, progress: Progress) -> tuple[Coverage, tuple[str, ...]]:
    """Return who owns how much of a repository, and what could not be read; each file is read once.

    Raises:
        RepositoryError: its files cannot be listed.

    """
    progress.say("listing files")
    listing = list_files(repository.root)
    files, unreadable = [], list(listing.unreadable)
    owner_of, subject_of, top = repository.index.owner_of, repository.subject_of_path, str(listing.root)
    for path in progress.of(listing.paths, "asking who owns, and counting lines of"):
        lines, failure, text = count_lines(f"{top}/{path}")
        files.append(CoveredFile(path, owner_of(subject_of(path, text=text)), lines))
        if failure:
            unreadable.append(f"{path}: {failure}")
    return Coverage(tuple(files)), tuple(unreadable)


def owned_entries(
    sources: Iterable[tuple[str, bytes]], repository: Repository, subjects: Mapping[str, Subject]
) -> tuple[OwnedEntry, ...]:
    """Return the tasks and views in some sources with their owners, as they will have them when they run."""
    by_module = {subject.module: path for path, subject in subjects.items() if subject.module and path.endswith(".py")}
    entries = find_entry_points(sources, module_of=lambda path: subjects[path].module if path in subjects else None)
    return tuple(OwnedEntry(entry, _owner_of_entry(entry, repository, subjects, by_module)) for entry in entries)


def _owner_of_entry(
    entry: EntryPoint, repository: Repository, subjects: Mapping[str, Subject], by_module: Mapping[str, str]
) -> Ownership:
    """Return who owns the code of an entry point.

    Code of other packages works for whoever uses it, as at run time: for the module of the URLconf.
    """
    module = entry.code
    while module and module not in by_module:
        module = module.rpartition(".")[0]
    subject = subjects[by_module[module] if module else entry.path]
    declared = repository.subject_of_module(entry.code).declared if module else None
    asked = Subject(
        module=entry.code if module else subject.module,
        declared=declared or subject.declared,
        nearby=subject.nearby,
        path=subject.path,
        task=entry.name if entry.kind == "task" else None,
        url=f"/{entry.route}" if entry.route else None,
    )
    return repository.index.owner_of(asked)
