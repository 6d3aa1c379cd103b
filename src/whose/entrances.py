"""The places where work enters owned code, such as a task or a view, and who asked for it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Any, NamedTuple

from whose.errors import PASSING, contain
from whose.model import UNKNOWN, Attribution, Ownership, Rule, SourceName, TeamName, Work
from whose.resolver import Resolver

CALLER = SourceName("caller")
#: Reasons by which code says that it works for whoever asks: shared code, and generic "run this later" tasks.
INHERITING = frozenset({"transparent", "inherits_owner"})


class Origin(NamedTuple):
    """Who asked for a work: the team whose code did, and the team at the root of the chain."""

    caller: TeamName | None
    root: TeamName | None


@dataclass(frozen=True, slots=True)
class Aside:
    """Tells of work that a framework runs at the end of another work, outside of it but inside its span."""

    #: Who asked for that other work, and so for this one.
    origin: Origin | None


class Scope:
    """A work whose owner becomes known only while it runs, as a request's does once its view is found."""

    __slots__ = ("attribution", "context", "outer")

    def __init__(self, outer: Attribution | Scope | None, context: Context | None = None) -> None:
        self.attribution: Attribution | None = None
        self.outer = outer
        #: The context in which the work began, where the span that an agent opened for it is the current one.
        self.context = context


#: The positional and named arguments of one run.
Call = tuple[tuple[Any, ...], dict[str, Any]]


def _chooses_nothing(*_: object, **__: object) -> None:
    """Stand for code without ``@owned_by_argument``."""


#: What stands for a dict until there is something to put into it; a program has many entrances. Never written to.
_NONE_YET: dict[Any, Any] = {}

#: An attribution with all that is done for it made ready: the function of the only sink that writes at the beginning of
#: a work, the attribution, and what that function is given of it.
Ready = tuple[Callable[[Any], object] | None, Attribution | None, object]
NOT_READY: Ready = (None, None, None)


class Entrance:
    """One place where work enters owned code, such as a task or a view, with its attributions, made on first use."""

    __slots__ = (
        "_choose",
        "_nested",
        "_ownership",
        "expected",
        "origin_of",
        "others",
        "resolver",
        "thing",
        "usual",
        "work",
    )

    def __init__(self, resolver: Resolver, work: Work, thing: object, *, ownership: Ownership | None = None) -> None:
        self.work = work
        self.thing = thing
        #: What is ready for work that enters here outside all other, where it is not known who asked for it.
        self.usual = NOT_READY
        #: The same by who asked for it.
        self.others: dict[Origin, Ready] = _NONE_YET
        #: Tells who asked for the work, given the thing.
        self.origin_of: Callable[[Any], Origin | Aside | None] | None = None
        #: Exceptions by which the framework steers; nobody is at fault for them.
        self.expected: tuple[type[Exception], ...] = ()
        self.resolver = resolver
        self._ownership = ownership
        self._choose: Callable[..., object] | None = None
        self._nested: dict[Origin, Attribution] = _NONE_YET

    @property
    def ownership(self) -> Ownership:
        """Return who owns the code behind this entrance; of code that cannot be looked at, its class decides."""
        if self._ownership is None:
            try:
                task = self.work.name if self.work.kind == "task" else None
                self._ownership = self.resolver.owner_of_entry(self.thing, task=task)
            except PASSING:
                raise
            except Exception as error:
                contain(error, cause="the resolver")
                self._ownership = self._ownership_of_class()
        return self._ownership

    def _ownership_of_class(self) -> Ownership:
        try:
            return self.resolver.owner_of_module(type(self.thing).__module__)
        except PASSING:
            raise
        except Exception as error:
            contain(error, cause="the resolver")
            return UNKNOWN

    def attribution(
        self, outer: Attribution | Scope | None, origin: Origin | Aside | None = None, call: Call | None = None
    ) -> Attribution:
        """Return the attribution for a run inside ``outer``, or, outside all work, asked for by ``origin``.

        ``call`` is the arguments of the run, for code whose owner they decide.
        """
        if outer is not None or isinstance(origin, Aside):
            if isinstance(origin, Aside):
                origin = origin.origin or Origin(None, None)
            else:
                around = outer.attribution if isinstance(outer, Scope) else outer
                team = around.team.name if around is not None and around.team is not None else None
                origin = Origin(team, (around.root if around is not None else None) or team)
            known = self._nested.get(origin)
            if known is None:
                chosen = self._chosen(call)
                known = self._made(chosen or self.ownership, origin, is_nested=True)
                if chosen is None and not (call is None and self._is_choosing()):
                    if self._nested is _NONE_YET:
                        self._nested = {}
                    self._nested[origin] = known
            return known
        known = self.ready_for(origin)[1]
        if known is None:
            chosen = self._chosen(call)
            known = self._made(chosen or self.ownership, origin, is_nested=False)
            if chosen is None and not (call is None and self._is_choosing()):
                self.keep_ready((None, known, None), origin)
        return known

    def ready_for(self, origin: Origin | None) -> Ready:
        """Return what is ready for work outside all other that was asked for by ``origin``."""
        return self.usual if origin is None else self.others.get(origin, NOT_READY)

    def keep_ready(self, ready: Ready, origin: Origin | None) -> None:
        """Keep what is ready for the next work that was asked for by ``origin``."""
        if origin is None:
            self.usual = ready
            return
        if self.others is _NONE_YET:
            self.others = {}
        self.others[origin] = ready

    def _chosen(self, call: Call | None) -> Ownership | None:
        """Return the Ownership that the arguments of a run decide; None for nearly all code, which knows its own."""
        if call is None or not self._is_choosing() or self._choose is None:
            return None
        try:
            thing = self._choose(*call[0], **call[1])
            return self.ownership if thing is None else self.resolver.owner_of_chosen(thing)
        except Exception as error:
            contain(error, cause="choosing an owner by argument")
            return self.ownership

    def _is_choosing(self) -> bool:
        """Tell whether the arguments of each run decide the owner."""
        if self._choose is None:
            self._choose = self._chooser() or _chooses_nothing
        return self._choose is not _chooses_nothing

    def _chooser(self) -> Callable[..., object] | None:
        try:
            return self.resolver.chooser_of(self.thing)
        except PASSING:
            raise
        except Exception as error:
            contain(error, cause="the resolver")
            return None

    def _made(self, ownership: Ownership, origin: Origin | None, *, is_nested: bool) -> Attribution:
        caller, root = origin or (None, None)
        if ownership.reason in INHERITING and caller is not None:
            place = ownership.rule.place if ownership.rule else f"@{ownership.reason}"
            rule = Rule(CALLER, ownership.module or "", caller, setting=place)
            team = self.resolver.index.team(caller)
            ownership = Ownership(team, ownership.module, rule, reason=ownership.reason)
        return Attribution(self.work, ownership, is_nested=is_nested, caller=caller, root=root)
