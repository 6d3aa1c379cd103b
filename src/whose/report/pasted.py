"""Reads tracebacks as people paste them: with log prefixes, exception groups, chains, several in one text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whose.resolver.traceback_text import TextFrame

_HEADER = re.compile(r"(?P<margin>.*?)(?P<group>Exception Group )?Traceback \(most recent call last\):\s*$")
_FRAME = re.compile(r'(?P<margin>.*?)File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+?))?\s*$')
_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"
#: ``+---------------- 2 ----------------`` before each leaf of a group, ``+----`` after the last.
_LEAF = re.compile(r"[\s|]*\+[-+]*-{4,} (?P<number>\d+|\.\.\.) -{4,}\s*$")
#: A line that is longer is none of a traceback, or none that we need to understand.
_LONGEST = 4_096
_MARKS = re.compile(r"[\^~\s]+$|\[Previous line repeated ")


@dataclass(frozen=True, slots=True)
class PastedFrame:
    """One frame, with the line of code that the traceback shows for it."""

    frame: TextFrame
    code: str = ""


@dataclass(frozen=True, slots=True)
class PastedTraceback:
    """One traceback: its frames, outermost first, and the exception at its end."""

    frames: tuple[PastedFrame, ...]
    #: ``KeyError: 'total'``; empty where the text ends before it.
    error: str = ""
    #: Whether it is the traceback of an exception group, whose leaves follow.
    is_group: bool = False
    #: Whether it is the first traceback of one leaf of the group before it.
    is_leaf: bool = False
    #: How it follows from the traceback before it: ``cause``, ``context``, or not at all.
    link: str = ""


def parse_tracebacks(text: str) -> tuple[PastedTraceback, ...]:
    r"""Return every traceback in a text, in the order in which it is printed.

    Frames that stand there without a header make a traceback as well. A text in which the line ends are written as
    ``\n``, as in a log of JSON, is read as if they were line ends.
    """
    if "\n" not in text.strip() and "\\n" in text:
        text = text.strip().strip('"').replace("\\n", "\n").replace('\\"', '"')
    return tuple(_Parser(text.splitlines()).parse())


class _Parser:
    """Goes through the lines once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.frames: list[PastedFrame] = []
        self.is_group = self.is_leaf = self.is_open = False
        self.link = ""
        #: Where the header of the open traceback begins; its last line begins there too.
        self.column = 0

    def parse(self) -> Iterator[PastedTraceback]:
        for line in self.lines:
            if len(line) > _LONGEST:
                continue
            if header := _HEADER.match(line):
                yield from self._close()
                self.is_open, self.is_group = True, bool(header["group"])
                self.column = len(header["margin"])
            elif found := _FRAME.match(line):
                frame = TextFrame(found["file"], int(found["line"]), found["function"] or "<module>")
                if not self.is_open:
                    self.is_open, self.column = True, max(0, len(found["margin"]) - 2)
                self.frames.append(PastedFrame(frame))
            elif _CAUSE in line or _CONTEXT in line:
                yield from self._close()
                self.link = "cause" if _CAUSE in line else "context"
            elif _LEAF.match(line):
                yield from self._close()
                self.is_leaf = True
            elif self.is_open and self.frames:
                yield from self._after_frame(line)
        yield from self._close()

    def _after_frame(self, line: str) -> Iterator[PastedTraceback]:
        """Read what stands between two frames, or after the last: code, marks under it, or the exception."""
        text = line[self.column :]
        if not text.strip(" |"):
            return
        if text[0] not in " |":
            yield from self._close(error=text.strip())
        elif not self.frames[-1].code and not _MARKS.match(text.strip()):
            self.frames[-1] = PastedFrame(self.frames[-1].frame, text.strip())

    def _close(self, *, error: str = "") -> Iterator[PastedTraceback]:
        """Give out the open traceback, if there is one."""
        if self.is_open and (self.frames or self.is_group):
            yield PastedTraceback(tuple(self.frames), error, self.is_group, self.is_leaf, self.link)
            self.link, self.is_leaf = "", False
        self.frames, self.is_open, self.is_group = [], False, False


def chains(tracebacks: Sequence[PastedTraceback]) -> tuple[tuple[PastedTraceback, ...], ...]:
    """Return the tracebacks that belong together, each chain as printed: the original exception first."""
    found: list[list[PastedTraceback]] = []
    for traceback in tracebacks:
        if traceback.link and found:
            found[-1].append(traceback)
        else:
            found.append([traceback])
    return tuple(map(tuple, found))


def is_translated(before: PastedTraceback, after: PastedTraceback) -> bool:
    """Tell whether an exception stands for the one printed before it, as :mod:`whose.resolver.fault` judges.

    A cause always does. A context does where the very function that caught it raised the new one by a statement; an
    error that merely happens while another is handled is an error of its own.
    """
    if after.link == "cause":
        return True
    if not before.frames or not after.frames:
        return False
    caught, raised = before.frames[0].frame, after.frames[-1]
    is_same_function = (caught.file, caught.function) == (raised.frame.file, raised.frame.function)
    return is_same_function and raised.code.startswith("raise")
