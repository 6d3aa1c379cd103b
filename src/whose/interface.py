"""The functions that users call; each asks whatever is installed at the moment of the call."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, TypeVar, cast

from whose.attribution import _current, current, leave_no_frame, restore
from whose.entrances import Entrance, Origin, Scope
from whose.errors import contain
from whose.metering import Metering
from whose.metrics import OTHER
from whose.model import CODE_OWNER, Attribution, Ownership, Rule, TeamName, Work
from whose.runtime import active
from whose.sources.declared import (
    CHOOSER_MARK,
    INHERITANCE_MARK,
    INHERITS_OWNER,
    TRANSPARENT,
    declaration,
    mark,
    mark_with,
)

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def owner_of(thing: object) -> Ownership:
    """Return the Ownership of code, with the rule that decided; ``str()`` of it says why in words.

    Args:
        thing: a module name or dotted name (``"shop.cart.views"``), module, function, method, class, Celery task, entry
            of beat's schedule, view or instance; or an exception or traceback, for the innermost frame that someone
            owns. A view is judged as a request is that it serves under its first route.

    """
    attributor = active().attributor
    resolver = attributor.resolver
    try:
        for find in attributor.owner_finders:
            found = find(thing)
            if found is not None:
                return found
        return resolver.owner_of(thing)
    except Exception as error:
        contain(error, cause="the resolver")
        return resolver.owner_of_module(type(thing).__module__)


def get_code_owner_from_module(module: str) -> str | None:
    """Return the name of the team that owns a module by a rule of its own, or None.

    As in edx-django-utils 8.1, the catch-all does not count here; :func:`owner_of` takes it into account.
    """
    if not module:
        return None
    resolver = active().attributor.resolver
    team = resolver.index.owner_of(resolver.subject_of_module(module), with_default=False).team
    return team.name if team is not None else None


def attributes() -> dict[str, str]:
    """Return the team that owns the running work, and its levels, for metrics and events of your own.

    ``counter.add(1, whose.attributes())`` makes no more series than there are configured teams: any other team is
    ``other``. Empty outside all work and where nobody owns the code. ``whose.current().attributes`` is all of it.
    """
    attribution = current()
    team = attribution.ownership.team if attribution is not None else None
    if team is None:
        return {}
    if team.name not in active().index.teams:
        return {CODE_OWNER: OTHER}
    return {CODE_OWNER: team.name, **{f"{CODE_OWNER}_{level}": group for level, group in team.levels.items()}}


class attributing:  # noqa: N801 - used as a function
    """Context manager: the block is work owned by the owner of ``thing``, and an error in it is recorded as such.

    Inside other work it is nested: :func:`current` shows it, and the transaction around it keeps its owner.

    >>> import whose
    >>> with whose.attributing("shop.cart", name="rebuild index") as attribution:
    ...     attribution.work.name
    'rebuild index'

    Args:
        thing: whatever :func:`owner_of` takes.
        kind: kind of the work, one word from a small set of your own; ``block`` unless told.
        name: name of the work; the dotted name of ``thing`` unless told. Never anything that came from outside.

    """

    __slots__ = ("_attribution", "_attributor", "_entrance", "_metering", "_token")

    def __init__(self, thing: object, *, kind: str = "block", name: str | None = None) -> None:
        self._attributor = active().attributor
        self._entrance = self._attributor.entrance(thing, kind=kind, name=name or _name_of(thing))
        self._token: Token[Any] | None = None
        self._attribution: Attribution | None = None
        self._metering: Metering | None = None

    def __enter__(self) -> Attribution:
        outer = _current.get()
        attribution = self._attribution = self._entrance.attribution(outer)
        self._token = _current.set(attribution)
        try:
            self._attributor.record(attribution)
            if self._attributor.meter is not None:
                self._metering = self._attributor.meter.start(attribution)
        except RecursionError:
            pass  # the stack has no room for any call: the block must still be entered, or it would never be left
        except Exception as error:
            contain(error, cause="attributing a block")
        return attribution

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            self._attributor.failed(self._attribution, error)
        self._attributor.stop_metering(self._metering)
        if self._token is not None:
            restore(self._token)


class owned_by:  # noqa: N801 - reads as an adjective
    """Declare that a team owns a function, class, task or view, or that a block is the team's work.

    As a decorator it returns the very thing it was given, marked; calling it costs nothing more. Declarations win over
    every other source.

    >>> @owned_by("team-red")
    ... def refund() -> None: ...
    >>> owner_of(refund).team.name
    'team-red'

    Raises:
        TypeError: the team is not a name, or the thing cannot be marked.

    """

    def __init__(self, team: str) -> None:
        if not isinstance(team, str) or not team:
            raise TypeError(f'@owned_by takes the name of a team, not {team!r}: write @owned_by("team-red")')
        self._rule = declaration(TeamName(team), depth=1)
        frame = sys._getframe(1)
        self._module = str(frame.f_globals.get("__name__", ""))
        self._name = frame.f_code.co_name

    def __call__(self, thing: T) -> T:
        mark(thing, self._rule)
        return thing

    def __enter__(self) -> Attribution:
        block = _OwnedBlock(self._rule, self._module, self._name)
        _open_blocks.set((*_open_blocks.get(), block))
        return block.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        *others, block = _open_blocks.get()
        _open_blocks.set(tuple(others))
        block.__exit__(kind, error, traceback)


class _OwnedBlock(attributing):
    """A block whose owner is declared on the spot."""

    __slots__ = ()

    def __init__(self, rule: Rule, module: str, name: str) -> None:
        super().__init__(module, name=f"{module}.{name}")
        ownership = Ownership(active().index.team(rule.team), module, rule)
        self._entrance = self._attributor.entrance(module, kind="block", name=f"{module}.{name}", ownership=ownership)


#: The blocks of ``with owned_by(...)`` that are open here; one owned_by may be used by several threads at once.
_open_blocks: ContextVar[tuple[_OwnedBlock, ...]] = ContextVar("whose_open_blocks", default=())


class _EdxCall(attributing):
    """A block for a decorated function; nothing where the work around it already belongs to the same code."""

    __slots__ = ()

    def __enter__(self) -> Attribution:
        around = current()
        if around is not None and around.ownership.module == self._entrance.ownership.module:
            return around
        return super().__enter__()


def transparent(thing: T) -> T:
    """Decorate shared code that never owns what passes through it: retry loops, base classes, client wrappers.

    Its frames are passed over when an owner at fault is looked for, and work that enters there belongs to the caller.
    """
    mark_with(thing, INHERITANCE_MARK, TRANSPARENT)
    return thing


def inherits_owner(thing: T) -> T:
    """Decorate a task that works for whoever sent it, such as a generic "run this function later".

    Its owner is the owner of the code that sent it; unowned where that is not known.
    """
    mark_with(thing, INHERITANCE_MARK, INHERITS_OWNER)
    return thing


def owned_by_argument(choose: Callable[..., object]) -> Callable[[T], T]:
    """Decorate a dispatcher task whose real work is in an argument.

    ``choose`` is called with the arguments of each run and names the code that really runs: a class, a function, a
    module or its name. What it returns, and not the arguments, decides the owner; when it raises or returns None, the
    dispatcher's own owner stands.

    >>> @owned_by_argument(lambda job, *args: job)
    ... def run_job(job, *args): ...
    """

    def decorate(thing: T) -> T:
        mark_with(thing, CHOOSER_MARK, choose)
        return thing

    return decorate


def set_code_owner_attribute(wrapped: F) -> F:
    """Decorate a function so that each call of it is work owned by the owner of its module, as in edx-django-utils.

    Not needed on tasks and views, which are attributed by themselves; harmless there.
    """
    if inspect.iscoroutinefunction(wrapped):

        async def run_async(*args: Any, **kwargs: Any) -> Any:
            try:
                with _EdxCall(wrapped):
                    return await wrapped(*args, **kwargs)
            except Exception as error:
                leave_no_frame(error, run_async.__code__)
                raise

        return cast("F", functools.wraps(wrapped)(run_async))

    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            with _EdxCall(wrapped):
                return wrapped(*args, **kwargs)
        except Exception as error:
            leave_no_frame(error, run.__code__)
            raise

    return cast("F", functools.wraps(wrapped)(run))


def set_code_owner_attribute_from_module(module: str) -> None:
    """Give the work that is running to the owner of a module, in place of the owner found for it; never raises.

    Of nested work only its own attribution changes; the transaction around it keeps its owner. Outside all work the
    transaction of the agent, if one is open, still gets the attributes.
    """
    try:
        runtime = active()
        running = _current.get()
        before = running.attribution if isinstance(running, Scope) else running
        work = before.work if before is not None else Work("block", module)
        entrance = Entrance(runtime.attributor.resolver, work, module)
        if before is not None and before.is_nested:
            attribution = Attribution(work, entrance.ownership, is_nested=True, caller=before.caller, root=before.root)
        else:
            origin = Origin(before.caller, before.root) if before is not None else None
            attribution = entrance.attribution(None, origin)
        if isinstance(running, Scope):
            running.attribution = attribution
        elif running is not None:
            # The host that began this work restores what was before it, so this set needs no reset of its own.
            _current.set(attribution)
        runtime.attributor.record(attribution)
    except Exception as error:
        contain(error, cause="set_code_owner_attribute_from_module")


def _name_of(thing: object) -> str:
    kind = type(thing)
    if issubclass(kind, str):
        return str(thing)
    try:
        module = getattr(thing, "__module__", None) or kind.__module__
        name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None) or kind.__qualname__
    except Exception as error:
        contain(error, cause="naming a block")
        return f"{kind.__module__}.{kind.__qualname__}"
    return f"{module}.{name}"
