"""Judges pasted tracebacks: who owns each frame, and who is at fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whose.index import Subject
from whose.model import Ownership
from whose.report.files import Listing
from whose.report.locating import INSTALLED, Location, installed_module, locate
from whose.report.pasted import PastedFrame, PastedTraceback, chains, is_translated
from whose.repository import Repository

#: Why a frame with an owner is passed over.
TRANSPARENT = "transparent code"


@dataclass(frozen=True, slots=True)
class JudgedFrame:
    """One frame: where its file lies here, and who owns it."""

    pasted: PastedFrame
    location: Location
    #: None for a frame that is none of the repository's, nor of a package that a rule gives to a team.
    ownership: Ownership | None
    #: Why it is passed over, if it is.
    passed_over: str = ""

    @property
    def is_candidate(self) -> bool:
        """Tell whether the frame's owner may be at fault."""
        return self.ownership is not None and self.ownership.is_owned and not self.passed_over


@dataclass(frozen=True, slots=True)
class JudgedTraceback:
    """One traceback with its frames judged."""

    pasted: PastedTraceback
    frames: tuple[JudgedFrame, ...]


@dataclass(frozen=True, slots=True)
class JudgedChain:
    """The tracebacks of one exception, the original one first, and the frame whose owner is at fault."""

    tracebacks: tuple[JudgedTraceback, ...]
    at_fault: JudgedFrame | None
    #: The traceback of an exception group says who gathered the errors; its leaves say who is at fault.
    is_group: bool = False


def judge(
    tracebacks: Sequence[PastedTraceback], *, repository: Repository, listing: Listing
) -> tuple[JudgedChain, ...]:
    """Return each chain of tracebacks with the owners of its frames.

    At fault is the owner of the innermost owned frame, as :mod:`whose.resolver.fault` has it for exceptions that are
    alive: judged from the original exception outward; transparent code, code nobody owns, the standard library and
    other packages are passed over.
    """
    files = {pasted.frame.file for traceback in tracebacks for pasted in traceback.frames}
    roots = repository.config.roots
    locations = locate(files, listing.paths, root=listing.root, roots=roots)
    judged = []
    for chain in chains(tracebacks):
        frames = tuple(
            JudgedTraceback(
                traceback,
                tuple(_judged(pasted, locations[pasted.frame.file], repository) for pasted in traceback.frames),
            )
            for traceback in chain
        )
        judged.append(JudgedChain(frames, _at_fault(frames), is_group=chain[-1].is_group))
    return tuple(judged)


def _judged(pasted: PastedFrame, location: Location, repository: Repository) -> JudgedFrame:
    subject = _subject(pasted, location, repository)
    if subject is None:
        return JudgedFrame(pasted, location, None)
    is_own = location.path is not None
    ownership = repository.index.owner_of(subject, with_default=is_own)
    if not is_own and not ownership.is_owned:
        return JudgedFrame(pasted, location, None)
    passed_over = TRANSPARENT if repository.index.is_transparent(subject) else ""
    where = location.path or pasted.frame.file
    shown = f"{where}:{pasted.frame.line} in {pasted.frame.function}"
    return JudgedFrame(pasted, location, replace(ownership, frame=shown), passed_over)


def _subject(pasted: PastedFrame, location: Location, repository: Repository) -> Subject | None:
    if location.path is None:
        module = installed_module(pasted.frame.file) if location.reason == INSTALLED else None
        return Subject(module=module) if module else None
    subject = repository.subject_of_path(location.path)
    if subject.module and pasted.frame.function.isidentifier():
        # A function at the top of its module may say who owns it; of methods a traceback does not tell the class.
        inner = repository.subject_of_module(f"{subject.module}.{pasted.frame.function}")
        if inner.path == subject.path and inner.declared is not None:
            return replace(subject, declared=inner.declared)
    return subject


def _at_fault(chain: Sequence[JudgedTraceback]) -> JudgedFrame | None:
    """Return the innermost frame with an owner, of the original exception first and then of those that stand for it."""
    start = len(chain) - 1
    while start > 0 and is_translated(chain[start - 1].pasted, chain[start].pasted):
        start -= 1
    return next((frame for traceback in chain[start:] for frame in _candidates(traceback)), None)


def _candidates(traceback: JudgedTraceback) -> Iterator[JudgedFrame]:
    return (frame for frame in reversed(traceback.frames) if frame.is_candidate)
