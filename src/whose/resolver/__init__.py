"""From anything that runs to its Ownership: names, functions, classes, tasks, views, modules; answers are kept."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from types import CodeType, TracebackType

from whose.config import Config
from whose.errors import Problem
from whose.index import OwnershipIndex, Subject, index_of
from whose.model import UNKNOWN, Fault, Ownership, Rule, TeamName
from whose.resolver.fault import Passed, fault_of, installed_roots, owner_of_traceback
from whose.resolver.subjects import Subjects, subjects_of
from whose.resolver.traceback_text import frames_of_text
from whose.resolver.unwrapping import Code, code_behind
from whose.sources.declarations import load_declarations
from whose.sources.declared import TRANSPARENT, declarations, declared_in_code, declared_teams, is_transparent_code

__all__ = ["Resolver"]

logger = logging.getLogger("whose")

#: Answers are kept by module; a program has fewer modules than this, unless somebody feeds us made-up names.
_MOST_ANSWERS = 65_536
#: Code to pass over is kept up to this number: some programs, such as template engines, make new code all the time.
_MOST_PASSED = 4_096


class Resolver:
    """Asks one index about code, and remembers the answers by module."""

    def __init__(self, index: OwnershipIndex, subjects: Subjects | None = None) -> None:
        self.index = index
        self._subjects = subjects or Subjects()
        self._by_name: dict[str, Subject] = {}
        self._by_module: dict[str, Ownership] = {}
        self._by_frame_module: dict[str, Ownership | None] = {}
        self._installed = installed_roots()
        self._passed: Passed = {}
        self._declarations = 0

    @classmethod
    def of(cls, config: Config) -> Resolver:
        """Return the resolver of a configuration and of the files that it names.

        Raises:
            ConfigurationError: with every mistake in those files.
            MissingExtraError: one of them is YAML, and PyYAML is not installed.

        """
        declared = load_declarations(config)
        return cls(index_of(config, declared), subjects_of(config, declared.roster, report=_log))

    def owner_of(self, thing: object) -> Ownership:
        """Return the Ownership of a module name, module, function, method, class, task, view, partial or instance.

        Of an exception or traceback it is the owner of the innermost frame that someone owns, with that frame.
        """
        if isinstance(thing, str):
            return self.owner_of_module(thing)
        if isinstance(thing, BaseException):
            return self.fault_of(thing).ownership
        if isinstance(thing, TracebackType):
            return owner_of_traceback(thing, judge=self.owner_of_frame, passed=self._passed_over()) or UNKNOWN
        return self._judge(code_behind(thing))

    def owner_of_entry(self, thing: object, *, task: str | None = None, url: str | None = None) -> Ownership:
        """Return the Ownership of work that enters here.

        As :meth:`owner_of`, but code that works for whoever asks for it, being transparent or marked
        ``@inherits_owner``, has no owner and says so by its reason. The name of the task, or the route of the view,
        counts where the configuration has rules for such.
        """
        found = code_behind(thing) if not isinstance(thing, str) else Code(module=thing)
        reason = found.inherits
        if reason is None and self.index.is_transparent(self.subject_of_module(found.module)):
            reason = TRANSPARENT
        if reason is not None and found.declared is None:
            return Ownership(team=None, module=found.module, reason=reason)
        if self.index.needs_names and (task or url):
            subject = self.subject_of_module(found.module, declared=found.declared)
            return _with_reason(self.index.owner_of(replace(subject, task=task, url=url)), found.reason)
        return self._judge(found)

    def chooser_of(self, thing: object) -> Callable[..., object] | None:
        """Return what ``@owned_by_argument`` was given for the code behind a thing, or None."""
        return None if isinstance(thing, str) else code_behind(thing).choose

    def owner_of_chosen(self, thing: object) -> Ownership:
        """Return the Ownership of what a chooser named.

        A name may have come out of an argument, so of a name only a module that is loaded is shown.
        """
        ownership = self.owner_of_entry(thing)
        if isinstance(thing, str) and thing not in sys.modules:
            return replace(ownership, module=ownership.rule.pattern if ownership.rule is not None else None)
        return ownership

    def knows(self, team: TeamName) -> bool:
        """Tell whether a name is the name of a team that the configuration or the code names."""
        return team in self.index.teams or team in declared_teams

    def is_claimed(self, thing: object) -> bool:
        """Tell whether a rule, and not just the default, gives the code behind a thing an owner."""
        found = code_behind(thing)
        subject = self.subject_of_module(found.module, declared=found.declared)
        return self.index.owner_of(subject, with_default=False).is_owned

    def owner_of_module(self, name: str) -> Ownership:
        """Return the Ownership of a dotted name: a module, or something inside one."""
        known = self._by_module.get(name)
        if known is None:
            if len(self._by_module) >= _MOST_ANSWERS:
                self._by_module.clear()
            known = self._by_module[name] = self.index.owner_of(self.subject_of_module(name))
        return known

    def fault_of(self, error: BaseException) -> Fault:
        """Return who is at fault for an exception; its ownership has no team where no frame has an owner."""
        return fault_of(
            error,
            judge=self.owner_of_frame,
            judge_text=self.owner_of_traceback_text,
            passed=self._passed_over(),
        )

    def _passed_over(self) -> Passed:
        """Return the code that was passed over so far; what is declared since then has to be judged again."""
        if len(self._passed) >= _MOST_PASSED or self._declarations != declarations():
            self._passed = {}
            self._declarations = declarations()
        return self._passed

    def owner_of_frame(self, code: CodeType, module: str | None) -> Ownership | None:
        """Return the Ownership of a frame's code; None for a frame to pass over."""
        if is_transparent_code(code):
            return None
        declared = declared_in_code(code)
        if declared is not None:
            return self.index.ownership(declared, Subject(module=module, declared=declared))
        return self._owner_of_line(code.co_filename, module)

    def _owner_of_line(self, file: str, module: str | None) -> Ownership | None:
        """Return the Ownership of a line of code, given its file and module; None for one to pass over.

        Passed over are generated code, transparent code, code nobody owns, and code of the standard library and of
        installed packages unless a rule, and not just the default, names it.
        """
        if module is None or file.startswith("<"):
            return None
        if module in self._by_frame_module:
            return self._by_frame_module[module]
        subject = self.subject_of_module(module)
        found: Ownership | None = None
        if not self.index.is_transparent(subject):
            owner = self.index.owner_of(subject, with_default=not file.startswith(self._installed))
            found = owner if owner.is_owned else None
        if len(self._by_frame_module) >= _MOST_ANSWERS:
            self._by_frame_module.clear()
        self._by_frame_module[module] = found
        return found

    def owner_of_traceback_text(self, text: str) -> Ownership | None:
        """Return the Ownership of the innermost owned frame of a traceback that is known only as text, or None."""
        for frame in reversed(frames_of_text(text)):
            found = self._owner_of_line(frame.file, frame.module)
            if found is not None:
                return Ownership(found.team, found.module, found.rule, reason=found.reason, frame=str(frame))
        return None

    def subject_of_module(self, name: str | None, *, declared: Rule | None = None) -> Subject:
        """Return what an index is asked about a module."""
        if name is None:
            return Subject(declared=declared)
        subject = self._by_name.get(name)
        if subject is None:
            subject = self._subjects.of_module(name)
            # What is not imported yet may become so, and be looked at more closely then.
            if name in sys.modules and len(self._by_name) < _MOST_ANSWERS:
                self._by_name[name] = subject
        return subject if declared is None else replace(subject, declared=declared)

    def _judge(self, found: Code) -> Ownership:
        if found.declared is not None:
            ownership = self.index.owner_of(self.subject_of_module(found.module, declared=found.declared))
        else:
            ownership = self.owner_of_module(found.module) if found.module is not None else UNKNOWN
        return _with_reason(ownership, found.reason)


def _with_reason(ownership: Ownership, reason: str | None) -> Ownership:
    return ownership if reason is None else replace(ownership, reason=reason)


def _log(problem: Problem) -> None:
    """Log what is wrong with an ownership file that was found next to code while the program runs."""
    logger.log(logging.WARNING if problem.kind == "unreadable_file" else logging.DEBUG, "whose: %s", problem)
