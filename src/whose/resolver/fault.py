"""Finds who is at fault for an exception: the owner of the innermost frame that someone owns."""

from __future__ import annotations

import dis
import sysconfig
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from types import CodeType, TracebackType

from whose.model import UNKNOWN, Fault, Ownership

#: Frames looked at, counted from the innermost; above this lies only the way into a runaway recursion.
MOST_FRAMES = 2_000
#: Exceptions of one chain, and leaves of one exception group, that are looked at.
MOST_LINKS = 50
MOST_LEAVES = 50

_RAISE = dis.opmap["RAISE_VARARGS"]
# Read through the base class, so that an exception that overrides its attributes cannot mislead or harm us.
_traceback_of: Callable[[BaseException], TracebackType | None] = BaseException.__dict__["__traceback__"].__get__
_cause_of: Callable[[BaseException], BaseException | None] = BaseException.__dict__["__cause__"].__get__
_context_of: Callable[[BaseException], BaseException | None] = BaseException.__dict__["__context__"].__get__
_is_suppressed: Callable[[BaseException], bool] = BaseException.__dict__["__suppress_context__"].__get__
_members_of: Callable[[BaseException], tuple[BaseException, ...]] = BaseExceptionGroup.__dict__["exceptions"].__get__

Judge = Callable[[CodeType, str | None], Ownership | None]
#: Returns the Ownership of a traceback that was kept as text only, as Celery does between processes; None if unknown.
JudgeText = Callable[[str], Ownership | None]
#: Code whose frames are passed over, by its identity, for hashing code takes long; kept so that its id stays its own.
Passed = dict[int, CodeType]


def fault_of(error: BaseException, *, judge: Judge, judge_text: JudgeText, passed: Passed) -> Fault:
    """Return who is at fault for an exception.

    ``judge`` says who owns a frame's code, given the name of its module, and None for a frame to pass over, which is
    remembered in ``passed``. No frame and no traceback is kept.
    """
    leaves = tuple(
        _owner_of_leaf(leaf, judge, judge_text, passed) or UNKNOWN for leaf in islice(_leaves(error), MOST_LEAVES)
    )
    owned = next((leaf for leaf in leaves if leaf.is_owned), None)
    if owned is None and _is_group(error):
        # Of leaves that come from nobody's code, or were never raised, the group may tell who let them through.
        owned = _owner_of_leaf(error, judge, judge_text, passed)
    return Fault(owned or (leaves[0] if leaves else UNKNOWN), leaves)


def owner_of_traceback(traceback: TracebackType | None, *, judge: Judge, passed: Passed) -> Ownership | None:
    """Return the Ownership of the innermost owned frame of a traceback, or None."""
    links: deque[TracebackType] = deque(maxlen=MOST_FRAMES)
    while traceback is not None:
        links.append(traceback)
        traceback = traceback.tb_next
    # Most frames of a long traceback are of code that was passed over before.
    passed_code = passed.get
    for link in reversed(links):
        frame = link.tb_frame
        code = frame.f_code
        if passed_code(id(code)) is code:
            continue
        name = frame.f_globals.get("__name__")
        found = judge(code, name if isinstance(name, str) else None)
        if found is not None:
            shown = f"{code.co_filename}:{link.tb_lineno} in {code.co_name}"
            return Ownership(found.team, found.module, found.rule, reason=found.reason, path=found.path, frame=shown)
        passed[id(code)] = code
    return None


def _is_group(error: BaseException) -> bool:
    return issubclass(type(error), BaseExceptionGroup)  # not isinstance(), which asks the exception itself


def _leaves(error: BaseException) -> Iterator[BaseException]:
    waiting: deque[BaseException] = deque([error])
    while waiting:
        one = waiting.popleft()
        if _is_group(one):
            waiting.extendleft(reversed(_members_of(one)))
        else:
            yield one


def _owner_of_leaf(error: BaseException, judge: Judge, judge_text: JudgeText, passed: Passed) -> Ownership | None:
    """Return the owner of the frame where it all began, following the exceptions that this one translates.

    Judged from the original error outward; the first exception of the chain with an owned frame decides.
    """
    chain = [error]
    while len(chain) < MOST_LINKS:
        origin = _translated(chain[-1])
        if origin is None or any(origin is known for known in chain):
            break
        chain.append(origin)
    for link in reversed(chain):
        if _is_group(link) and link is not error:
            leaves = islice(_leaves(link), MOST_LEAVES)
            owners = (owner_of_traceback(_traceback_of(leaf), judge=judge, passed=passed) for leaf in leaves)
            found = next(filter(None, owners), None)
            if found is not None:
                return found
        text = getattr(link, "tb", None) if _is_remote(link) else None
        if isinstance(text, str):
            found = judge_text(text)
        else:
            found = owner_of_traceback(_traceback_of(link), judge=judge, passed=passed)
        if found is not None:
            return found
    return None


def _is_remote(error: BaseException) -> bool:
    """Tell whether an exception only carries a traceback's text from another process.

    ``billiard.einfo.RemoteTraceback`` and ``concurrent.futures.process._RemoteTraceback`` both keep it in ``tb``.
    """
    return type(error).__name__ in ("RemoteTraceback", "_RemoteTraceback")


def _translated(error: BaseException) -> BaseException | None:
    """Return the exception that this one stands for, or None.

    That is its ``__cause__``. A ``__context__`` counts only where the frame that caught it raised this one by a
    ``raise`` statement: an error that happens in an ``except`` block while it does other things, such as falling back
    to another team's code, is an error of its own.
    """
    cause = _cause_of(error)
    if cause is not None or _is_suppressed(error):
        return cause
    context = _context_of(error)
    if context is None:
        return None
    innermost, caught = _traceback_of(error), _traceback_of(context)
    if innermost is None or caught is None:
        return None
    while innermost.tb_next is not None:
        innermost = innermost.tb_next
    raised_by_statement = innermost.tb_frame.f_code.co_code[innermost.tb_lasti] == _RAISE
    return context if raised_by_statement and innermost.tb_frame is caught.tb_frame else None


def installed_roots() -> tuple[str, ...]:
    """Return the folders whose code is the standard library's or third parties'."""
    paths = sysconfig.get_paths()
    return tuple({paths[name].rstrip("/") + "/" for name in ("stdlib", "platstdlib", "purelib", "platlib")})
