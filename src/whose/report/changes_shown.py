"""Shows what has changed owner, to people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os.path import commonpath

from rich.console import Console
from rich.text import Text

from whose.model import Ownership
from whose.report.changes import Change, Changes, What
from whose.report.folders import fullest_folders
from whose.report.records import document, ownership_record
from whose.report.tables import number, owner_text, table

#: Files of one transfer that are listed; the others are counted.
_SHOWN = 10


def print_changes(changes: Changes, console: Console, *, is_everything: bool) -> None:
    """Print transfers first, then what is new and gone, and last the orphans, which want an owner."""
    transfers = changes.of(What.CHANGED)
    files = [change for change in transfers if change.kind == "file"]
    if files:
        console.print(Text("Files with another owner", style="bold"))
        console.print(_transfers(files, most=None if is_everything else _SHOWN))
        console.print()
    entries = [change for change in transfers if change.kind != "file"]
    if entries:
        console.print(Text("Tasks and views with another owner", style="bold"))
        rows = table("", "what", "from", "to", "declared at")
        for change in entries:
            rows.add_row(
                change.kind, _named(change), *_owners(change), change.entry.place if change.entry is not None else ""
            )
        console.print(rows)
        console.print()
    new = [change for change in changes.of(What.ADDED) if change.kind != "file"]
    gone = [change for change in changes.of(What.REMOVED) if change.kind != "file"]
    for title, some in (("New tasks and views", new), ("Tasks and views that are gone", gone)):
        if some:
            console.print(Text(title, style="bold"))
            rows = table("", "what", "owner")
            for change in some[: None if is_everything else 3 * _SHOWN]:
                rows.add_row(change.kind, _named(change), _owner(change.after or change.before))
            console.print(rows)
            _more(len(some), 3 * _SHOWN, console, is_everything=is_everything)
            console.print()
    orphans = changes.orphans
    if orphans:
        console.print(Text("Orphans: without an owner now", style="bold red"))
        # New files come by the folder.
        fresh = [] if is_everything else [one for one in orphans if one.kind == "file" and one.before is None]
        listed = [one for one in orphans if is_everything or one.kind != "file" or one.before is not None]
        rows = table("", "what", "before")
        for change in listed[: None if is_everything else 3 * _SHOWN]:
            before = _owner(change.before) if change.before is not None else Text("new", style="dim")
            rows.add_row(change.kind, _named(change), before)
        folders = fullest_folders(change.name for change in fresh)
        for folder, count in folders[:_SHOWN]:
            rows.add_row("files", f"{number(count)} in {folder}", Text("new", style="dim"))
        console.print(rows)
        _more(len(listed), 3 * _SHOWN, console, is_everything=is_everything)
        _more(len(folders), _SHOWN, console, is_everything=is_everything, what=" folders")
        console.print()
    console.print(_summary(changes))


def _transfers(files: Sequence[Change], *, most: int | None) -> object:
    """Return the files by former and present owner, in short where there are many."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in files:
        groups.setdefault((_owner(change.before).plain, _owner(change.after).plain), []).append(change)
    rows = table("from", "to", "files", "what", numbers=["files"])
    for some in sorted(groups.values(), key=lambda some: -len(some)):
        listed = some if most is None or len(some) <= most else some[:most]
        for position, change in enumerate(listed):
            before, after = _owners(change) if not position else (Text(""), Text(""))
            rows.add_row(before, after, number(len(some)) if not position else "", _named(change))
        if len(listed) < len(some):
            below = commonpath([change.name for change in some]) or "the repository"
            rest = f"and {number(len(some) - len(listed))} more, all in {below}; --all lists them"
            rows.add_row("", "", "", Text(rest, style="dim"))
    return rows


def _more(count: int, most: int, console: Console, *, is_everything: bool, what: str = "") -> None:
    if count > most and not is_everything:
        console.print(Text(f"and {number(count - most)} more{what}; --all lists them", style="dim"))


def _named(change: Change) -> Text:
    text = Text(change.name)
    if change.entry is not None and change.entry.route:
        text.append(f"  {change.entry.route}", style="dim")
    if change.old_name is not None:
        text.append(f"  was {change.old_name}", style="dim")
    return text


def _owners(change: Change) -> tuple[Text, Text]:
    return _owner(change.before), _owner(change.after)


def _owner(ownership: Ownership | None) -> Text:
    return owner_text(ownership) if ownership is not None else Text("")


def _summary(changes: Changes) -> Text:
    if not changes.all:
        return Text(f"nothing has changed since {changes.revision}", style="green")
    parts = [_counted(changes.of(What.CHANGED), "with another owner")]
    parts.append(_counted(changes.of(What.ADDED), "new"))
    parts.append(_counted(changes.of(What.REMOVED), "gone"))
    text = Text(f"since {changes.revision}: " + ("; ".join(filter(None, parts)) or "no owner has changed"))
    if changes.orphans:
        text.append(f"; {number(len(changes.orphans))} without an owner", style="bold red")
    return text


def _counted(changes: Iterable[Change], what: str) -> str:
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.kind] = counts.get(change.kind, 0) + 1
    told = [f"{number(count)} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items()]
    return f"{', '.join(told)} {what}" if told else ""


def changes_document(changes: Changes) -> dict[str, object]:
    """Return the document of ``whose diff --json``."""
    return document(
        "diff",
        revision=changes.revision,
        changes=[_record(change) for change in changes.all],
        orphans=[{"kind": change.kind, "name": change.name} for change in changes.orphans],
    )


def _record(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "name": change.name,
        "old_name": change.old_name,
        "what": change.what.value,
        "route": (change.entry.route or None) if change.entry is not None else None,
        "declared_at": change.entry.place if change.entry is not None else None,
        "before": ownership_record(change.before) if change.before is not None else None,
        "after": ownership_record(change.after) if change.after is not None else None,
        "orphan": change.is_orphan,
    }
