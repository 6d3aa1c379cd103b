"""The progress of a run: live on a terminal, a line a step elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.demo.spans import request, sent
from whose.demo.progress import TerminalProgress

_SPANS = [request("/a", code_owner="red"), request("/b"), sent("t", "1")]


def _shown(*, is_terminal: bool) -> str:
    output = io.StringIO()
    console = Console(file=output, force_terminal=is_terminal, width=80, color_system=None)
    with TerminalProgress(console) as progress:
        progress.step("opening")
        progress.step("sending")
        progress.news(_SPANS, detail="2 requests answered", done=0.5)
        if progress._live is not None:
            progress._live.refresh()
    return output.getvalue()


def test_somebody_who_looks_sees_what_has_come_in_by_owner() -> None:
    shown = _shown(is_terminal=True)
    assert "2 requests answered" in shown
    assert "red" in shown
    assert "nobody" in shown


def test_where_nobody_looks_there_is_a_line_for_each_step_and_nothing_else() -> None:
    lines = _shown(is_terminal=False).splitlines()
    assert [line.split("  ")[0] for line in lines] == ["✓ opening", "✓ sending"]


def test_the_step_that_failed_is_the_one_that_is_crossed_out() -> None:
    output = io.StringIO()
    with pytest.raises(OSError, match="no disk"), TerminalProgress(Console(file=output, width=80)) as progress:
        progress.step("opening")
        progress.step("sending")
        raise OSError("no disk")
    assert output.getvalue().splitlines()[-1] == "✗ sending"
    assert "✓ opening" in output.getvalue()
