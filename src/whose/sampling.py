"""Samples which code burns CPU time in this process, thread by thread, and writes it down by owner."""

from __future__ import annotations

import atexit
import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType

from whose.errors import WhoseError, contain
from whose.resolver import Resolver
from whose.runtime import active, configured, is_installed

#: Frames of one stack that are kept, counted from the innermost.
MOST_FRAMES = 200
#: Seconds between two writings; a process may be ended without notice.
_WRITE_EVERY = 1.0
NOBODY = "none"

Stack = tuple[int, ...]


def start_sampling(folder: str, *, interval: float) -> None:
    """Sample this process, and those forked from it, into one file each in a folder; ``interval`` is in seconds.

    Raises:
        WhoseError: this platform does not tell the CPU time of a thread, as Linux does.

    """
    if not hasattr(time, "pthread_getcpuclockid"):
        raise WhoseError("profiling by owner needs a platform with pthread_getcpuclockid, such as Linux")
    sampler = Sampler(Path(folder), interval=interval)
    sampler.start()
    os.register_at_fork(after_in_child=lambda: Sampler(Path(folder), interval=interval).start())


class Sampler:
    """Weighs the stack of each thread by the CPU time that the thread has used since the sample before."""

    def __init__(self, folder: Path, *, interval: float) -> None:
        self._folder = folder
        self._pid = os.getpid()
        self._interval = interval
        self._seconds: dict[Stack, float] = {}
        self._codes: dict[int, tuple[CodeType, str | None]] = {}
        self._clocks: dict[int, float] = {}
        self._resolver: Resolver | None = None
        self._started = time.monotonic()
        self._writing = threading.Lock()
        self._own_threads: set[int] = set()

    def start(self) -> None:
        """Sample until the process ends."""
        # What hosts may need, and what can no longer be imported when a program ends.
        import concurrent.futures.thread  # noqa: F401

        # Two threads, for a busy program lets the one that writes wait at every file that it reads or writes.
        for run in (self._sample_for_ever, self._write_for_ever):
            threading.Thread(target=run, name="whose-sampler", daemon=True).start()
        atexit.register(self.write)

    def _sample_for_ever(self) -> None:
        self._own_threads.add(threading.get_ident())
        while True:
            time.sleep(self._interval)
            try:
                self.sample()
            except Exception as error:
                contain(error, cause="profiling")

    def _write_for_ever(self) -> None:
        self._own_threads.add(threading.get_ident())
        while True:
            time.sleep(_WRITE_EVERY)
            self.write()

    def sample(self) -> None:
        """Take one sample of every thread but our own."""
        clocks: dict[int, float] = {}
        # A thread that has a frame is alive, and stays so while we hold the interpreter's lock: its id is safe to use.
        for thread, frame in sys._current_frames().items():
            if thread in self._own_threads:
                continue
            now = clocks[thread] = time.clock_gettime(time.pthread_getcpuclockid(thread))
            used = now - self._clocks.get(thread, now)
            if used > 0:
                stack = self._stack_of(frame)
                self._seconds[stack] = self._seconds.get(stack, 0.0) + used
        self._clocks = clocks

    def _stack_of(self, frame: FrameType | None) -> Stack:
        stack: list[int] = []
        while frame is not None and len(stack) < MOST_FRAMES:
            code = frame.f_code
            key = id(code)
            if key not in self._codes:
                # The code object is kept, so that its id stays its own.
                self._codes[key] = (code, frame.f_globals.get("__name__"))
            stack.append(key)
            frame = frame.f_back
        return tuple(stack)

    def write(self) -> None:
        """Write what was sampled so far in place of what was written before; contained."""
        if os.getpid() != self._pid:
            return  # at the exit of a fork, which has a sampler of its own
        try:
            with self._writing:  # so that nothing older is written over it
                self._write()
        except Exception as error:
            contain(error, cause="writing a profile")

    def _write(self) -> None:
        resolver = self._asked()
        sampled, codes = list(self._seconds.items()), list(self._codes.items())
        names = {key: f"{module or code.co_filename}:{code.co_qualname}" for key, (code, module) in codes}
        with _file_of_main(codes):
            owners = {key: self._owner_of(resolver, code, module) for key, (code, module) in codes}
        document = {
            "pid": os.getpid(),
            "wall_seconds": time.monotonic() - self._started,
            "stacks": [
                {
                    "owner": next((owner for key in stack if (owner := owners[key])), NOBODY),
                    "frames": [[names[key], owners[key]] for key in reversed(stack)],
                    "seconds": seconds,
                }
                for stack, seconds in sampled
            ],
        }
        target = self._folder / f"{os.getpid()}.json"
        draft = target.with_suffix(".part")
        draft.write_text(json.dumps(document), encoding="utf-8")
        draft.replace(target)

    def _asked(self) -> Resolver:
        """Return the resolver of what is installed by now, else one for the configuration that would be."""
        if is_installed():
            return active().attributor.resolver
        if self._resolver is None:
            self._resolver = Resolver.of(configured())
        return self._resolver

    def _owner_of(self, resolver: Resolver, code: CodeType, module: str | None) -> str | None:
        found = resolver.owner_of_frame(code, module)
        return found.team.name if found is not None and found.team is not None else None


@contextmanager
def _file_of_main(codes: Iterable[tuple[int, tuple[CodeType, str | None]]]) -> Iterator[None]:
    """Tell meanwhile from which file the program was run, which is forgotten once it has ended.

    ``_PyRun_SimpleFile`` in Python/pythonrun.c deletes ``__main__.__file__`` before functions registered with atexit
    are called.
    """
    main = sys.modules.get("__main__")
    file = next((code.co_filename for _, (code, module) in codes if module == "__main__"), None)
    if main is None or file is None or hasattr(main, "__file__"):
        yield
        return
    main.__file__ = file
    try:
        yield
    finally:
        del main.__file__
