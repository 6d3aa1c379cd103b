"""Runs the code that makes a streamed response as the work of its request, though the middleware is done by then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from whose.attribution import _set, leave_no_frame, restore
from whose.entrances import Scope
from whose.model import Attribution, Fault

Failed = Callable[[Attribution | None, Exception], Fault | None]


def own_stream(response: Any, scope: Scope, *, failed: Failed) -> None:
    """Have each part of a streaming response made while the request is the running work.

    A file is left alone: no code of the user's runs for it, and a server may send it by itself (``FileResponse``
    keeps it in ``file_to_stream``, django/http/response.py).
    """
    if getattr(response, "file_to_stream", None) is not None:
        return
    content = response.streaming_content
    response.streaming_content = (
        OwnedAsyncParts(content, scope, failed) if response.is_async else OwnedParts(content, scope, failed)
    )


class OwnedParts(Iterator[bytes]):
    """The parts of a response, each made inside the request's scope."""

    def __init__(self, parts: Iterator[bytes], scope: Scope, failed: Failed) -> None:
        self._parts = parts
        self._scope = scope
        self._failed = failed

    def __next__(self) -> bytes:
        token = _set(self._scope)
        try:
            return next(self._parts)
        except StopIteration:
            raise
        except Exception as error:
            leave_no_frame(error, _SYNC)
            self._failed(self._scope.attribution, error)
            raise
        finally:
            restore(token)


class OwnedAsyncParts(AsyncIterator[bytes]):
    """The parts of a response that are made in the event loop, each inside the request's scope."""

    def __init__(self, parts: AsyncIterator[bytes], scope: Scope, failed: Failed) -> None:
        self._parts = parts
        self._scope = scope
        self._failed = failed

    async def __anext__(self) -> bytes:
        token = _set(self._scope)
        try:
            return await anext(self._parts)
        except StopAsyncIteration:
            raise
        except Exception as error:
            leave_no_frame(error, _ASYNC)
            self._failed(self._scope.attribution, error)
            raise
        finally:
            restore(token)


_SYNC = OwnedParts.__next__.__code__
_ASYNC = OwnedAsyncParts.__anext__.__code__
