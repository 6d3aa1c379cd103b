"""The middleware through which every request passes first, and which Django tells the view that it has found."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from whose.attribution import _get, _reset, _set, leave_no_frame, restore
from whose.entrances import Scope
from whose.errors import contain
from whose.hosts.django import startup
from whose.hosts.django.chain import bottom_of, mark_chain
from whose.hosts.django.parts import divide_chain
from whose.hosts.django.serving import REACHED, Requests, join

_new = Scope.__new__


class CodeOwnerMiddleware:
    """Gives each request the owner of the code that serves it; stands first in ``MIDDLEWARE``.

    Raises:
        ConfigurationError: when it is loaded, if the configuration of whose has mistakes.

    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        startup.raise_failure()
        self.get_response = get_response
        self._requests: Requests | None = None
        self._unmark: Callable[[], None] | None = None
        self._undivide: Callable[[], None] | None = None
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)
        # What Django calls in its event loop has to be a coroutine function, or it costs each request a thread
        # (BaseHandler.adapt_method_mode); that is so under ASGI even where sync middleware inside makes us sync.
        if iscoroutinefunction(bottom_of(get_response) or get_response):
            self.process_view = _marked(self._process_view_async)  # type: ignore[method-assign]
        join(self)

    def serve(self, requests: Requests | None) -> None:
        """Hand requests to what is installed, from now on; None lets them pass untouched."""
        self._take_marks_off()
        self._requests = requests
        if requests is not None:
            try:
                self._unmark = mark_chain(self, entrance_of=requests.entrance_of_middleware)
                if "middleware" in requests.attributor.parts:
                    self._undivide = divide_chain(self, requests.attributor)
            except Exception as error:
                contain(error, cause="looking along the middleware")

    def __call__(self, request: Any) -> Any:
        """Serve a request, sync or async as Django has loaded us."""
        if self._is_async:
            return self._call_async(request)
        requests = self._requests
        if requests is None:
            return self.get_response(request)
        token = scope = None
        try:
            # Requests.begin() written out for a request that is not inside other work: most of what runs here is out
            # of the processor's caches by now, so each call less is felt.
            if _get() is None:
                scope = _new(Scope)
                scope.attribution = scope.outer = None
                scope.context = copy_context()
                request._whose_scope = scope
                token = _set(scope)
            else:
                token = requests.begin(request)
                scope = request._whose_scope
        except Exception as error:
            contain(error, cause="the beginning of a request")
        if requests.meter is not None and token is not None:
            requests.start_metering(request)
        try:
            response = self.get_response(request)
            if token is not None and (scope.attribution is None or getattr(response, "streaming", False)):  # type: ignore[union-attr]
                requests.end(request, response)
            return response
        except Exception as error:
            leave_no_frame(error, _SYNC)
            raise
        finally:
            if token is not None:
                if requests.meter is not None:
                    requests.close(request)
                try:
                    _reset(token)
                except (ValueError, RuntimeError):
                    restore(token)

    async def _call_async(self, request: Any) -> Any:
        requests = self._requests
        if requests is None:
            return await self.get_response(request)
        token = None
        try:
            token = requests.begin(request)
        except Exception as error:
            contain(error, cause="the beginning of a request")
        if requests.meter is not None and token is not None:
            requests.start_metering(request)
        try:
            response = await self.get_response(request)
            if token is not None and (
                request._whose_scope.attribution is None or getattr(response, "streaming", False)
            ):
                requests.end(request, response)
            return response
        except Exception as error:
            leave_no_frame(error, _ASYNC)
            raise
        finally:
            if token is not None:
                if requests.meter is not None:
                    requests.close(request)
                try:
                    _reset(token)
                except (ValueError, RuntimeError):
                    restore(token)

    def process_view(self, request: Any, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        """Hear of the view that Django has found, before any other middleware and the view itself; answer nothing."""
        requests = self._requests
        if requests is None:
            return
        try:
            scope = request._whose_scope
            if scope.attribution is not None:
                return
            known = requests.known.get(id(view_func))
            attribution = known.usual if known is not None and known.view() is view_func else None
            only = requests.attributor.only
            if attribution is None or only is None or scope.outer is not None:
                requests.find(request, view_func, scope)
            else:
                # Attributor.record_outermost() written out.
                scope.attribution = attribution
                try:
                    for _ in only.untimed:
                        record = only.record
                        record(attribution)  # type: ignore[misc]
                        break
                    else:
                        only.record_timed(attribution)
                except Exception as error:
                    only.failed(error)
            if self._unmark is not None and getattr(request, REACHED, None) is not None:
                # It came here unseen, so the marks cannot be relied on.
                self._take_marks_off()
        except Exception as error:
            contain(error, cause="finding the owner of a request")

    async def _process_view_async(self, request: Any, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        return CodeOwnerMiddleware.process_view(self, request, view_func, view_args, view_kwargs)

    def _take_marks_off(self) -> None:
        undivide, self._undivide = self._undivide, None
        if undivide is not None:
            undivide()
        unmark, self._unmark = self._unmark, None
        if unmark is not None:
            unmark()


def _marked(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that says of itself that it is a coroutine function, as ``functools.wraps`` copies it.

    The plain functions by which agents wrap a middleware's methods then say so too. Of those of sentry-sdk before 2.65,
    Django would otherwise take the coroutine that they return for the response.
    """

    def process_view(*arguments: Any) -> Any:
        return method(*arguments)

    return markcoroutinefunction(process_view)


_SYNC = CodeOwnerMiddleware.__call__.__code__
_ASYNC = CodeOwnerMiddleware._call_async.__code__
