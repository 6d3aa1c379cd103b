"""Shows answers to "who owns this" and "why", to people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from whose.model import Ownership, Rule, SourceName
from whose.report.questions import Kind
from whose.report.records import document, ownership_record, rule_record
from whose.report.tables import because, owner_text, table

_INDENT = (0, 0, 0, 2)


class Shown(Protocol):
    """What is shown of an answer."""

    @property
    def asked(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def ownership(self) -> Ownership: ...
    @property
    def spoken(self) -> tuple[tuple[SourceName, Rule], ...]: ...
    @property
    def name(self) -> str: ...
    @property
    def exists(self) -> bool: ...
    @property
    def note(self) -> str: ...


def print_answers(answers: Sequence[Shown], console: Console) -> None:
    """Print one row an answer, in the order of the questions."""
    rows = table("what", "owner", "because")
    for answer in answers:
        rows.add_row(_subject(answer), _owner(answer), _because(answer))
    console.print(rows)


def _subject(answer: Shown) -> Text:
    text = Text(answer.asked)
    if answer.name and answer.name != answer.asked:
        text.append(f"\n{answer.kind.value if answer.kind is Kind.TASK else 'view'} {answer.name}", style="dim")
    return text


def _owner(answer: Shown) -> Text:
    if not answer.exists and answer.kind is not Kind.PATH:
        return Text("not found", style="bold red")
    return owner_text(answer.ownership)


def _because(answer: Shown) -> Text:
    if not answer.exists and answer.kind is not Kind.PATH:
        return Text(answer.note)
    text = because(answer.ownership)
    if answer.note:
        text.append(f" ({answer.note})", style="dim")
    return text


def print_explanations(answers: Sequence[Shown], console: Console) -> None:
    """Print for each answer who owns it and what every source says."""
    for number, answer in enumerate(answers):
        if number:
            console.print()
        console.print(Text.assemble((answer.asked, "bold"), "  ", _owner(answer)), soft_wrap=True)
        if answer.name and answer.name != answer.asked:
            console.print(Padding(Text(f"{answer.kind.value} of {answer.name}", style="dim"), _INDENT, expand=False))
        team = answer.ownership.team
        if team is not None and (team.levels or team.contacts):
            known = ", ".join(f"{key} {value}" for key, value in (*team.levels.items(), *team.contacts.items()))
            console.print(Padding(Text(known, style="dim"), _INDENT, expand=False))
        if not answer.spoken:
            console.print(Padding(_because(answer), _INDENT, expand=False))
            continue
        rows = table("", "source", "rule", "owner", "place")
        for source, rule in answer.spoken:
            decides = rule == answer.ownership.rule
            style = "" if decides else "dim"
            rows.add_row(
                Text("▶" if decides else "", style="bold"),
                Text(source, style=style),
                Text(rule.pattern, style=style),
                Text(rule.team or "unowned on purpose", style="bold cyan" if decides and rule.team else style),
                Text(rule.place, style=style),
            )
        console.print(Padding(rows, _INDENT, expand=False))
        reasons = [text.replace("_", " ") for text in (answer.ownership.reason, answer.note) if text]
        if reasons:
            console.print(Padding(Text("; ".join(reasons), style="dim"), _INDENT, expand=False))


def answers_document(kind: str, answers: Sequence[Shown], *, with_sources: bool = False) -> dict[str, object]:
    """Return the document of ``whose of --json`` or ``whose explain --json``."""
    return document(
        kind,
        answers=[
            {
                "asked": answer.asked,
                "is": answer.kind.value,
                "name": answer.name or None,
                "exists": answer.exists,
                "note": answer.note or None,
                **ownership_record(answer.ownership),
                **(
                    {
                        "sources": [
                            {**rule_record(rule), "decides": rule == answer.ownership.rule} for _, rule in answer.spoken
                        ]
                    }
                    if with_sources
                    else {}
                ),
            }
            for answer in answers
        ],
    )
