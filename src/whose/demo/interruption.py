"""Turns the signals that ask the demo to end into one orderly end, whatever it is doing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

#: Ctrl-C, a polite kill, and a terminal that closes.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption(AbstractContextManager["Interruption"]):
    """Raises SystemExit in the main thread on the first signal, and notes the others: cleaning up is not cut short."""

    def __init__(self) -> None:
        #: Number of the first signal that came, or None.
        self.signal: int | None = None
        #: True once somebody has asked twice: what has not ended yet is to be killed.
        self.is_urgent = False
        self._is_shielded = False
        self._is_deferred = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self.signal is not None and kind is None:
            raise SystemExit(128 + self.signal)

    def shield(self) -> None:
        """From now on only note signals: the cleaning up has begun, and must end."""
        self._is_shielded = True

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let a signal wait for the end of a block, so that nothing is started without being remembered."""
        self._is_deferred = True
        try:
            yield
        finally:
            self._is_deferred = False
        self._raise_if_due()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            self.is_urgent = True
            return
        self.signal = number
        if not self._is_deferred:
            self._raise_if_due()

    def _raise_if_due(self) -> None:
        if self.signal is not None and not self._is_shielded:
            self._is_shielded = True
            raise SystemExit(128 + self.signal)
