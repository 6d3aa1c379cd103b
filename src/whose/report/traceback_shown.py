"""Shows judged tracebacks, to people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from whose.report.judging import JudgedChain, JudgedFrame
from whose.report.records import document, ownership_record
from whose.report.states import State, state_of
from whose.report.tables import because, owner_text, table

_LINKS = {"cause": "which caused", "context": "while it was handled"}


def print_chains(chains: Sequence[JudgedChain], console: Console) -> None:
    """Print every traceback as a table of its frames, and at last who is at fault."""
    for number, chain in enumerate(chains):
        if number:
            console.print()
        for traceback in chain.tracebacks:
            if traceback.pasted.link:
                console.print(Text(_LINKS[traceback.pasted.link], style="dim italic"))
            console.print(Text(traceback.pasted.error or "a traceback without its end", style="bold"), soft_wrap=True)
            rows = table("", "frame", "owner", "")
            for frame in traceback.frames:
                rows.add_row(*_row(frame, is_at_fault=frame is chain.at_fault))
            console.print(rows)
        console.print(_verdict(chain))


def _row(frame: JudgedFrame, *, is_at_fault: bool) -> Iterator[Text]:
    mark, passed = "▶" if is_at_fault else " ", frame.passed_over or frame.location.reason
    pasted = frame.pasted.frame
    where = f"{frame.location.path or pasted.file}:{pasted.line} in {pasted.function}"
    yield Text(mark, style="bold red")
    if frame.ownership is None:
        yield Text(where, style="dim")
        yield Text("")
    else:
        yield Text(where)
        yield owner_text(frame.ownership)
    yield Text(passed, style="dim")


def _verdict(chain: JudgedChain) -> Text:
    if chain.at_fault is not None and chain.at_fault.ownership is not None:
        ownership = chain.at_fault.ownership
        return Text.assemble("at fault: ", owner_text(ownership), ", by ", because(ownership))
    if chain.is_group:
        return Text("the exceptions in it follow", style="dim")
    owned = any(frame.ownership is not None for traceback in chain.tracebacks for frame in traceback.frames)
    why = "no frame of the repository's has an owner" if owned else "no frame is the repository's"
    return Text.assemble("at fault: ", ("nobody known", "bold red"), f", since {why}")


def traceback_document(chains: Sequence[JudgedChain]) -> dict[str, object]:
    """Return the document of ``whose traceback --json``."""
    return document(
        "traceback",
        chains=[
            {
                "is_group": chain.is_group,
                "at_fault": _frame(chain.at_fault) if chain.at_fault is not None else None,
                "tracebacks": [
                    {
                        "error": traceback.pasted.error,
                        "link": traceback.pasted.link or None,
                        "frames": [_frame(frame) for frame in traceback.frames],
                    }
                    for traceback in chain.tracebacks
                ],
            }
            for chain in chains
        ],
    )


def _frame(frame: JudgedFrame) -> dict[str, object]:
    pasted = frame.pasted.frame
    return {
        "file": pasted.file,
        "line": pasted.line,
        "function": pasted.function,
        "code": frame.pasted.code,
        "path": frame.location.path,
        "state": state_of(frame.ownership).value if frame.ownership is not None else State.MISSING.value,
        "ownership": ownership_record(frame.ownership) if frame.ownership is not None else None,
        "passed_over": frame.passed_over or frame.location.reason or None,
    }
