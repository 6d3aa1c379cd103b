"""Shows a diagnosis to people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from whose.report.doctor.diagnosis import Diagnosis, Finding, HostFound, SinkFound, Tried
from whose.report.tables import table

_WRONG = "red"
_DOUBTFUL = "yellow"


def print_diagnosis(diagnosis: Diagnosis, console: Console) -> None:
    """Print what is here, what will be written where, and what is wrong."""
    console.print(f"whose {diagnosis.whose} in {diagnosis.python}")
    console.print(f"configured by {', '.join(diagnosis.places) or 'nothing'}")
    _print_adapters("Frameworks", diagnosis.hosts, console)
    _print_adapters("Agents and other sinks", diagnosis.sinks, console)
    sinks_by_keys: dict[tuple[str, ...], list[str]] = {}
    for sink in diagnosis.sinks:
        if sink.keys:
            sinks_by_keys.setdefault(tuple(sink.keys.values()), []).append(sink.name)
    for keys, sinks in sinks_by_keys.items():
        console.print(f"\nWritten to {', '.join(sinks)}", style="bold")
        _print_indented(", ".join(keys), console)
    _print_findings("Missing or wrong", [one for one in diagnosis.findings if not one.is_doubtful], _WRONG, console)
    _print_findings("Worth a look", [one for one in diagnosis.findings if one.is_doubtful], _DOUBTFUL, console)
    if diagnosis.tried is not None:
        _print_tried(diagnosis.test_name, diagnosis.tried, console)


def _print_adapters(title: str, adapters: Sequence[HostFound | SinkFound], console: Console) -> None:
    console.print(f"\n{title}", style="bold")
    rows = table("  name", "library", "state")
    for adapter in adapters:
        library = f"{adapter.library} {adapter.version or ''}".strip() if adapter.library else "standard library"
        rows.add_row(f"  {adapter.name}", library, _state(adapter))
    console.print(rows)


def _state(adapter: HostFound | SinkFound) -> str:
    if adapter.library is not None and adapter.version is None:
        return "not installed"
    if adapter.is_too_old:
        return "too old, so left out"
    if isinstance(adapter, HostFound):
        return "installed"
    if adapter.is_written:
        return "written to" if adapter.is_active else "written to, but sends nothing"
    return "running, but not written to" if adapter.is_active else "not running"


def _print_findings(title: str, findings: Sequence[Finding], style: str, console: Console) -> None:
    if findings:
        console.print(f"\n{title}", style="bold")
    for finding in findings:
        _print_indented(f"{finding.place}: {finding.message}; {finding.mend}", console, style=style)


def _print_tried(name: str, tried: Sequence[Tried], console: Console) -> None:
    console.print(f'\nTest transaction "{name}"', style="bold")
    if not tried:
        _print_indented("not sent: no agent runs here that takes one", console, style=_WRONG)
    for one in tried:
        if not one.is_sent:
            _print_indented(f"{one.sink}: not sent: {one.message}", console, style=_WRONG)
            continue
        _print_indented(f"{one.sink}: {one.message}", console)
        carried = ", ".join(f"{key} = {value}" for key, value in one.carried.items())
        _print_indented(f"with {carried}", console, by=4)


def _print_indented(text: str, console: Console, *, style: str = "", by: int = 2) -> None:
    """Print a text of which each line begins under the first, however many the terminal makes of it."""
    console.print(Padding(Text(text), (0, 0, 0, by), style=style, expand=False))
