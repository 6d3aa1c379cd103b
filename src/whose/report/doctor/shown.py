"""Shows a diagnosis to people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from whose.report.doctor.diagnosis import Diagnosis, HostFound, SinkFound, Tried
from whose.report.tables import table


def print_diagnosis(diagnosis: Diagnosis, console: Console) -> None:
    """Print what is here, what will be written where, and what is wrong."""
    console.print(f"whose {diagnosis.whose} in {diagnosis.python}")
    console.print(f"configured by {', '.join(diagnosis.places) or 'nothing'}")
    _print_adapters("Frameworks", diagnosis.hosts, console)
    _print_adapters("Agents and other sinks", diagnosis.sinks, console)
    for sink in diagnosis.sinks:
        if sink.keys:
            console.print(f"\nWritten to {sink.name}", style="bold")
            console.print("  " + ", ".join(sink.keys.values()))
    if diagnosis.findings:
        console.print("\nMissing or wrong", style="bold")
        for finding in diagnosis.findings:
            console.print(f"  {finding.place}: {finding.message}; {finding.mend}", style="red")
    if diagnosis.tried is not None:
        _print_tried(diagnosis.tried, console)


def _print_adapters(title: str, adapters: Sequence[HostFound | SinkFound], console: Console) -> None:
    console.print(f"\n{title}", style="bold")
    rows = table("name", "library", "state")
    for adapter in adapters:
        library = f"{adapter.library} {adapter.version or ''}".strip() if adapter.library else "standard library"
        rows.add_row(f"  {adapter.name}", library, _state(adapter))
    console.print(rows)


def _state(adapter: HostFound | SinkFound) -> str:
    if adapter.library is not None and adapter.version is None:
        return "not installed"
    if isinstance(adapter, HostFound):
        return "installed"
    if adapter.is_written:
        return "written to" if adapter.is_active else "written to, but its agent is not running"
    return "running, but not written to" if adapter.is_active else "not running"


def _print_tried(tried: Sequence[Tried], console: Console) -> None:
    console.print("\nTest transaction", style="bold")
    if not tried:
        console.print("  no agent runs here that takes one", style="red")
    for one in tried:
        console.print(f"  {one.sink}: {'look for it: ' if one.is_sent else 'not sent: '}{one.message}")
