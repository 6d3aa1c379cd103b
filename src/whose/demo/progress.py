"""Shows how far a run of the demo is: live where somebody looks at a terminal, one line a step where nobody does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from whose.demo.expected import NOBODY
from whose.demo.spans import Span
from whose.demo.verdict import owner_of


class TerminalProgress(AbstractContextManager["TerminalProgress"]):
    """Lists the steps as they are done; under the running one, what has come in so far, by owner."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=8, transient=True) if console.is_terminal else None
        self._spinner = Spinner("dots")
        self._step: str | None = None
        self._since = 0.0

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._tick()
        elif self._step is not None:
            self._console.print(Text.assemble(("✗ ", "bold red"), self._step))
        if self._live is not None:
            self._live.update("")
            self._live.stop()

    def step(self, what: str) -> None:
        """Tick off what was told before, and show what begins now."""
        self._tick()
        self._step, self._since = what, time.monotonic()
        if self._live is not None:
            self._spinner.update(text=what)
            self._live.update(self._spinner)

    def news(self, spans: Sequence[Span], *, detail: str, done: float) -> None:
        """Show how far the step is, and the transactions so far."""
        if self._live is None:
            return
        counts = Counter(owner_of(span) for span in spans if span.is_transaction)
        bar = Table.grid(padding=(0, 1))
        bar.add_row("  ", ProgressBar(total=1, completed=done, width=30), Text(detail, style="dim"))
        self._live.update(Group(self._spinner, bar, _bars(counts, self._console.width)))

    def _tick(self) -> None:
        if self._step is not None:
            took = time.monotonic() - self._since
            self._console.print(Text.assemble(("✓ ", "green"), self._step, (f"  {took:.1f} s", "dim")))
        self._step = None


def _bars(counts: Counter[str], width: int) -> Table:
    table = Table.grid(padding=(0, 1))
    most = max(counts.values(), default=1)
    for owner, count in sorted(counts.items(), key=lambda item: (item[0] == NOBODY, item[0])):
        style = "dim" if owner == NOBODY else "cyan"
        room = max(10, min(40, width - 30))
        table.add_row(
            "  ",
            Text("nobody" if owner == NOBODY else owner, style=style),
            Text("█" * max(1, count * room // most), style=style),
            str(count),
        )
    return table
