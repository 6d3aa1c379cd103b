"""From anything that runs to its Ownership: names, functions, classes, tasks, views, modules; answers are kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from types import CodeType, TracebackType

from whose.index import OwnershipIndex, Subject
from whose.model import UNKNOWN, Fault, Ownership, Rule, TeamName
from whose.resolver.fault import fault_of, installed_roots, owner_of_traceback
from whose.resolver.traceback_text import frames_of_text
from whose.resolver.unwrapping import Code, code_behind
from whose.sources.declared import TRANSPARENT, declared_in_code, declared_teams, is_transparent_code

__all__ = ["Resolver"]

#: Answers are kept by module; a program has fewer modules than this, unless somebody feeds us made-up names.
_MOST_ANSWERS = 65_536


class Resolver:
    """Asks one index about code, and remembers the answers by module."""

    def __init__(self, index: OwnershipIndex) -> None:
        self.index = index
        self._by_module: dict[str, Ownership] = {}
        self._by_frame_module: dict[str, Ownership | None] = {}
        self._installed = installed_roots()

    def owner_of(self, thing: object) -> Ownership:
        """Return the Ownership of a module name, module, function, method, class, task, view, partial or instance.

        Of an exception or traceback it is the owner of the innermost frame that someone owns, with that frame.
        """
        if isinstance(thing, str):
            return self.owner_of_module(thing)
        if isinstance(thing, BaseException):
            return self.fault_of(thing).ownership
        if isinstance(thing, TracebackType):
            return owner_of_traceback(thing, judge=self.owner_of_frame) or UNKNOWN
        return self._judge(code_behind(thing))

    def owner_of_entry(self, thing: object) -> Ownership:
        """Return the Ownership of work that enters here.

        As :meth:`owner_of`, but code that works for whoever asks for it, being transparent or marked
        ``@inherits_owner``, has no owner and says so by its reason.
        """
        found = code_behind(thing) if not isinstance(thing, str) else Code(module=thing)
        reason = found.inherits
        if reason is None and self.index.is_transparent(self.subject_of_module(found.module)):
            reason = TRANSPARENT
        if reason is not None and found.declared is None:
            return Ownership(team=None, module=found.module, reason=reason)
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
        return fault_of(error, judge=self.owner_of_frame, judge_text=self.owner_of_traceback_text)

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
        module = sys.modules.get(name) if name else None
        path = getattr(module, "__file__", None)
        return Subject(module=name, declared=declared, path=path if isinstance(path, str) else None)

    def _judge(self, found: Code) -> Ownership:
        if found.declared is not None:
            ownership = self.index.owner_of(self.subject_of_module(found.module, declared=found.declared))
        else:
            ownership = self.owner_of_module(found.module) if found.module is not None else UNKNOWN
        if found.reason is None:
            return ownership
        return Ownership(ownership.team, ownership.module, ownership.rule, reason=found.reason, path=ownership.path)
