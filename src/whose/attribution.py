"""Gives running work its owner: the Attributor, the entrances into owned code, and the one ContextVar that knows."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextvars import ContextVar, Token
from itertools import repeat
from logging import LogRecord
from time import perf_counter
from types import CodeType, FunctionType
from typing import Any, ParamSpec, TypeVar, cast

from whose.costs import Costs, open_ledger
from whose.entrances import NOT_READY, Aside, Call, Entrance, Origin, Scope
from whose.errors import contain
from whose.imitation import imitating
from whose.metering import NO_LEDGER, Meter, Metering
from whose.model import Attribution, Fault, Ownership, Work
from whose.outlets import UNTIMED, Observer, Outlet
from whose.resolver import Resolver

P = ParamSpec("P")
R = TypeVar("R")

# Past whatever an exception of the user's makes of its attributes.
_traceback = BaseException.__dict__["__traceback__"]

_current: ContextVar[Attribution | Scope | None] = ContextVar("whose_current", default=None)
#: True while sinks are being told of an attribution, so that work of a sink's own is not told to sinks again.
_is_telling: ContextVar[bool] = ContextVar("whose_is_telling", default=False)
_get = _current.get
_set = _current.set
_reset = _current.reset
#: That of the function which runs attributed code; the same for all of them.
_run_code: CodeType | None = None
_MOST_REMEMBERED = 4_096


def current() -> Attribution | None:
    """Return the Attribution of the work that is running in this thread or asyncio task, or None."""
    running = _get()
    return running.attribution if type(running) is Scope else running  # type: ignore[return-value]


def asking() -> Origin:
    """Return on whose behalf this code runs: the team that owns the running work, and the one at the root of it."""
    attribution = current()
    if attribution is None:
        return Origin(None, None)
    team = attribution.ownership.team
    caller = team.name if team is not None else None
    return Origin(caller, attribution.root or caller)


def at_entrance(ask: Callable[[], R]) -> R:
    """Return what ``ask`` answers where the running work began.

    For agents that keep what is current in a context variable: between the beginning of a request and the moment when
    its view is found, a middleware may have opened a span of its own.
    """
    running = _get()
    if type(running) is Scope and running.context is not None:
        return running.context.run(ask)
    return ask()


class Attributor:
    """Hands attributions to the sinks of one installed configuration."""

    def __init__(
        self,
        resolver: Resolver,
        outlets: tuple[Outlet, ...] = (),
        *,
        costs: Collection[str] = (),
        parts: Collection[str] = (),
        guard: bool = False,
        baggage_to: Sequence[str] = (),
        baggage_from: Sequence[str] = (),
    ) -> None:
        #: Which parts of a request are works of their own: ``middleware``, ``receivers``.
        self.parts = frozenset(parts)
        self.baggage_to = tuple(baggage_to)
        self.baggage_from = tuple(baggage_from)
        self.resolver = resolver
        #: All sinks; those that record; and those that may be told twice of the same work, since they do not count. The
        #: lists grow in place when an agent turns up late, for running wrappers hold them.
        self.outlets: list[Outlet] = []
        self.hot: list[Outlet] = []
        self.told_again: list[Outlet] = []
        #: The one that records, where it is the only one, as it usually is; None once uninstalled.
        self.only: Outlet | None = None
        #: What writes there, as often as it may be called without a look at the clock. An iterator, since that counts
        #: in a third of the time, for all threads at once.
        self.turns: Iterator[Callable[[Any], object]] = iter(())
        #: False once uninstalled: what others still hold of our wrappers then does nothing.
        self.is_open = True
        #: Messages sent while no work was known to run, by the team whose code sent them; None while nobody counts.
        self.lost: Counter[str] | None = Counter() if guard else None
        #: None while no part of the costs is switched on, so that nothing is spent on them.
        #: None while nothing is asked for of what works cost, so that nothing is spent on it.
        has_metrics = any(outlet.counts for outlet in outlets)
        self.meter = Meter(costs, has_metrics=has_metrics) if costs or has_metrics else None
        self._observers: dict[Attribution, Observer] = {}
        #: Hosts' answers to whose work a log record tells of that was made outside of it.
        self.record_readers: list[Callable[[LogRecord], Attribution | None]] = []
        #: Hosts' answers to who owns a thing of theirs, where more than its code decides; None for other things.
        self.owner_finders: list[Callable[[object], Ownership | None]] = []
        for outlet in outlets:
            self.add(outlet)

    def add(self, outlet: Outlet) -> None:
        """Tell one more sink from now on."""
        self.outlets.append(outlet)
        if outlet.record is not None:
            self.hot.append(outlet)
            self.only = outlet if len(self.hot) == 1 and self.is_open else None
            self.turns = iter(())
        if outlet.counts:
            self._observers.clear()
        else:
            self.told_again.append(outlet)

    def close(self) -> None:
        """Stop attributing, for good."""
        self.is_open = False
        self.only = None
        self.turns = iter(())

    def entrance(self, thing: object, *, kind: str, name: str, ownership: Ownership | None = None) -> Entrance:
        """Return the entrance of a piece of code; nothing is resolved before its first run."""
        return Entrance(self.resolver, Work(kind, name), thing, ownership=ownership)

    def record(self, attribution: Attribution, outlets: Sequence[Outlet] | None = None) -> None:
        """Hand an attribution to every sink, or some; contained, timed now and then so that a slow sink is left out.

        Work that a sink itself runs, such as a task that it calls, is not told to sinks: they would run it again.
        """
        if _is_telling.get():
            return
        token = _is_telling.set(True)
        try:
            for outlet in self.hot if outlets is None else outlets:
                try:
                    for _ in outlet.untimed:
                        outlet.record(attribution)  # type: ignore[misc]
                        break
                    else:
                        outlet.record_timed(attribution)
                except Exception as error:
                    outlet.failed(error)
        finally:
            _is_telling.reset(token)

    def record_outermost(self, attribution: Attribution) -> None:
        """Do what ``record`` does for work outside all other, which no sink can have begun: in less time; contained."""
        only = self.only
        if only is None:
            self.record(attribution)
            return
        try:
            for _ in only.untimed:
                record = only.record
                record(attribution)  # type: ignore[misc]
                break
            else:
                only.record_timed(attribution)
        except Exception as error:
            only.failed(error)

    def failed(
        self, attribution: Attribution | None, error: Exception, *, outlets: Sequence[Outlet] | None = None
    ) -> Fault | None:
        """Find who is at fault for an exception that leaves a work, and tell the sinks, or some of them; contained."""
        try:
            if attribution is None:
                return None
            fault = self.resolver.fault_of(error)
            for outlet in self.outlets if outlets is None else outlets:
                outlet.record_error(attribution, fault)
        except Exception as ours:
            contain(ours, cause="finding who is at fault")
            return None
        return fault

    def fault_attributes(self, error: BaseException | None, *, sink: object) -> Mapping[str, str]:
        """Return what a sink writes beside an exception that its agent is told of; contained, empty where nothing."""
        try:
            if error is None:
                return {}
            fault = self.resolver.fault_of(error)
            keys = next((outlet.keys for outlet in self.outlets if outlet.sink is sink), {})
            return fault.renamed(keys).attributes if keys else fault.attributes
        except Exception as ours:
            contain(ours, cause="finding who is at fault")
            return {}

    def attributed(
        self,
        body: Callable[P, R],
        entrance: Entrance,
        *,
        origin_of: Callable[[Any], Origin | Aside | None] | None = None,
        expected: tuple[type[Exception], ...] = (),
        waited: Callable[[Any], float | None] | None = None,
    ) -> Callable[P, R]:
        """Return a function that runs ``body`` as work that entered here, and is otherwise just like it.

        ``origin_of`` tells who asked for the work, given the thing of the entrance; ``expected`` are exceptions by
        which the framework steers, like Retry in Celery; nobody is at fault for them; ``waited`` tells for how many
        seconds the work was queued, given the thing. Result, exception, traceback stay
        the body's.
        """
        attribute = self.attributing(origin_of=origin_of, expected=expected, waited=waited)
        return cast("Callable[P, R]", attribute(body, entrance))

    def attributing(
        self,
        *,
        origin_of: Callable[[Any], Origin | Aside | None] | None = None,
        expected: tuple[type[Exception], ...] = (),
        waited: Callable[[Any], float | None] | None = None,
    ) -> Callable[[Callable[..., Any], Entrance], Callable[..., Any]]:
        """Return what does as :meth:`attributed` for many functions, which then share what is the same for all."""

        def attribute(body: Callable[..., Any], entrance: Entrance) -> Callable[..., Any]:
            if _may_be_coroutine(body) and inspect.iscoroutinefunction(body):
                return self._attributed_coroutine(body, entrance, origin_of, expected, waited)
            if self.meter is not None and self.meter.parts:
                queued = functools.partial(waited, entrance.thing) if waited else None
                body = self.metered(body, self.meter, waited=queued)
            elif self.meter is not None:
                body = self._timed(body, entrance, waited)
            entrance.origin_of, entrance.expected = origin_of, expected

            # This runs before every task: what is usual, one sink and no other work, is written out, and what is rare
            # is somewhere else, for all that is touched here is mostly out of the processor's caches.
            def run(*args: Any, **kwargs: Any) -> Any:
                token = attribution = None
                try:
                    try:
                        for write in self.turns:
                            if _get() is None:
                                # An Aside is no key: such work is nested, and never found here.
                                asked_by = entrance.origin_of
                                origin = asked_by(entrance.thing) if asked_by is not None else None
                                ready = entrance.usual if origin is None else entrance.others.get(origin, NOT_READY)  # type: ignore[arg-type]
                                writer, attribution, prepared = ready
                                if writer is write:
                                    token = _set(attribution)
                                    write(prepared)
                            break
                        if token is None and self.is_open:
                            attribution, token = self._enter(entrance, (args, kwargs))
                    except Exception as error:
                        self._failed_to_begin(error, is_ours=token is None)
                    # Even an empty dict would be copied.
                    return body(*args, **kwargs) if kwargs else body(*args)
                except Exception as error:
                    try:
                        # What leave_no_frame() does, without a call, for which a stack that is full has no room.
                        traceback = _traceback.__get__(error)
                        if traceback is not None and traceback.tb_frame.f_code is _run_code:
                            _traceback.__set__(error, traceback.tb_next)
                        # isinstance() would ask the exception itself.
                        if not issubclass(type(error), entrance.expected):
                            is_again = token is not None and token.old_value is attribution
                            self.failed(attribution, error, outlets=self.told_again if is_again else None)
                    except Exception:  # noqa: S110 - contained already, except where there is no room to do even that
                        pass
                    raise
                finally:
                    if token is not None:
                        try:
                            _reset(token)
                        except (ValueError, RuntimeError):
                            restore(token)

            global _run_code
            _run_code = run.__code__
            return imitating(run, body)

        return attribute

    def _enter(self, entrance: Entrance, call: Call) -> tuple[Attribution, Token[Attribution | Scope | None]]:
        """Make work that enters here the running work, inside of what runs, and tell the sinks of it."""
        outer = _get()
        origin = outlets = None
        if type(outer) is Attribution and outer.work is entrance.work:
            # The same work once more, further in: a task's own __call__ came first. New Relic's agent before 10 opens
            # the transaction between the two (hooks/application_celery.py), so sinks are told again.
            attribution, outlets = outer, self.told_again
        else:
            asked_by = entrance.origin_of if outer is None else None
            origin = asked_by(entrance.thing) if asked_by is not None else None
            attribution = entrance.attribution(outer, origin, call)
        token = _set(attribution)
        is_told = False
        try:
            if self.only is None or outer is not None or attribution.is_nested:
                self.record(attribution, outlets)
            else:
                self._begin(self.only, attribution, entrance, origin)  # type: ignore[arg-type]
            is_told = True
        finally:
            if not is_told:  # the stack has no room for the call, or a sink ends the process
                _reset(token)
        return attribution, token

    def _begin(self, only: Outlet, attribution: Attribution, entrance: Entrance, origin: Origin | None) -> None:
        """Tell the only sink that work has begun outside all other, timed, and make ready for the next time."""
        ready = entrance.ready_for(origin)
        if ready[0] is not only.write or ready[1] is not attribution:
            # Another attribution than the one that is kept was chosen by an argument of this run.
            is_kept = ready[1] is attribution
            try:
                ready = (only.write, attribution, only.prepared(attribution))
            except Exception as error:
                only.failed(error)
                return
            if is_kept:
                entrance.keep_ready(ready, origin)
        if only.write_timed(ready[2]) and self.is_open:
            self.turns = repeat(only.write, UNTIMED)

    def _failed_to_begin(self, error: Exception, *, is_ours: bool) -> None:
        """Contain an error of ours, or of the only sink, at the beginning of a work."""
        only = self.only
        if is_ours or only is None:
            contain(error, cause="attribution")
        else:
            only.failed(error)

    def _timed(
        self, body: Callable[..., Any], entrance: Entrance, waited: Callable[[Any], float | None] | None
    ) -> Callable[..., Any]:
        """Return a function that runs ``body`` and tells how long it took and waited, where it is a whole work.

        That is what :meth:`metered` does, where nothing more is asked for.
        """

        def run(*args: Any, **kwargs: Any) -> Any:
            observe = queued = token = None
            try:
                if open_ledger.get() is None:
                    running = current()
                    observe = self._observers.get(running) or self._observer(running)  # type: ignore[arg-type]
                    if waited is not None:
                        queued = waited(entrance.thing)
                    token = open_ledger.set(NO_LEDGER)
            except Exception as error:
                contain(error, cause="metering")
            began = perf_counter()
            try:
                return body(*args, **kwargs) if kwargs else body(*args)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                if token is not None:
                    try:
                        if observe is not None:
                            observe(perf_counter() - began, queued)
                        open_ledger.reset(token)
                    except Exception as error:
                        contain(error, cause="metering")

        ours = run.__code__
        return imitating(run, body)

    def _observer(self, running: Attribution | None) -> Observer | None:
        """Return what takes the seconds that a work took."""
        if running is None:
            return None
        only = self.only
        counting = [outlet for outlet in self.outlets if outlet.counts]
        shortly = only.observer_of(running) if only is not None and counting == [only] else None
        if len(self._observers) >= _MOST_REMEMBERED:
            self._observers.clear()
        known = self._observers[running] = shortly or functools.partial(self._took, running)
        return known

    def _took(self, attribution: Attribution, seconds: float, queue_seconds: float | None) -> None:
        """Tell the sinks that count how long a work took that has ended."""
        if self.is_open:
            costs = Costs(queue_seconds=queue_seconds, seconds=seconds)
            for outlet in self.outlets:
                if outlet.counts:
                    outlet.record_costs(attribution, costs)

    def _attributed_coroutine(
        self,
        body: Callable[P, Awaitable[R]],
        entrance: Entrance,
        origin_of: Callable[[Any], Origin | Aside | None] | None,
        expected: tuple[type[Exception], ...],
        waited: Callable[[Any], float | None] | None,
    ) -> Callable[P, Awaitable[R]]:
        async def run(*args: P.args, **kwargs: P.kwargs) -> R:
            token = attribution = metering = None
            try:
                try:
                    if self.is_open:
                        outer = _get()
                        origin = origin_of(entrance.thing) if origin_of is not None and outer is None else None
                        attribution = entrance.attribution(outer, origin, (args, kwargs))
                        token = _set(attribution)
                        self.record(attribution)
                        if self.meter is not None:
                            queued = waited(entrance.thing) if waited is not None else None
                            metering = self.meter.start(attribution, queue_seconds=queued)
                except Exception as error:
                    contain(error, cause="attribution")
                return await body(*args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                if not issubclass(type(error), expected):
                    self.failed(attribution, error)
                raise
            finally:
                self.stop_metering(metering)
                if token is not None:
                    restore(token)

        ours = run.__code__
        return imitating(run, body)

    def metered(
        self, body: Callable[P, R], meter: Meter, *, waited: Callable[[], float | None] | None
    ) -> Callable[P, R]:
        """Return a function that runs ``body`` and charges what it costs to the owner of the work running by then."""

        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            metering = None
            try:
                metering = meter.start(current(), queue_seconds=waited() if waited is not None else None)
            except Exception as error:
                contain(error, cause="metering")
            try:
                return body(*args, **kwargs)
            except Exception as error:
                leave_no_frame(error, ours)
                raise
            finally:
                self.stop_metering(metering)

        ours = run.__code__
        return imitating(run, body)

    def stop_metering(self, metering: Metering | None) -> None:
        """End a metering, with what it cost to the sinks where a whole work ends; contained."""
        if metering is None:
            return
        try:
            metering.stop(current(), self.outlets)
        except Exception as error:
            contain(error, cause="metering")


def _may_be_coroutine(body: Callable[..., Any]) -> bool:
    """Tell for nearly all functions that they are no coroutine functions, in a tenth of the time; True where unsure."""
    return type(body) is not FunctionType or bool(body.__dict__ or body.__code__.co_flags & inspect.CO_COROUTINE)


def leave_no_frame(error: Exception, ours: CodeType) -> None:
    """Take our own frame off the traceback of an exception that is passing through it; contained.

    The traceback then reads as if we were not there. A bare ``raise`` does not put the frame back: CPython adds a frame
    when an exception is raised or comes into a frame, not when it is raised again (``do_raise`` and
    ``exception_unwind`` in Python/ceval.c).
    """
    try:
        traceback = _traceback.__get__(error)
        if traceback is not None and traceback.tb_frame.f_code is ours:
            _traceback.__set__(error, traceback.tb_next)
    except Exception as failure:
        contain(failure, cause="keeping tracebacks as they were")


def restore(token: Token[Any]) -> None:
    """Make current again what was before; contained, since a work may end in another context than it began in."""
    try:
        _reset(token)
    except (ValueError, RuntimeError) as error:
        contain(error, cause="leaving a work in another context than it was entered in")
        _set(token.old_value if token.old_value is not Token.MISSING else None)
