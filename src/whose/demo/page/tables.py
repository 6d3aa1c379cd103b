"""The page's tables: unowned code, what a transaction carries, and every page and task with its verdict."""

from __future__ import annotations

from collections import Counter
from html import escape

from whose.demo.expected import NOBODY
from whose.demo.page.latency import duration
from whose.demo.page.owners import Owners
from whose.demo.spans import Span
from whose.demo.summary import Summary
from whose.demo.verdict import Verdict, owner_of
from whose.model import CODE_OWNER, CODE_OWNER_AT_FAULT, CODE_OWNER_CALLER


def unowned_table(summary: Summary) -> str:
    """Return the entries that nobody owns, the most used first."""
    rows = "".join(
        f"<tr><td>{_code(row.entry)}</td><td>{_claim(row.module)}</td>"
        f'<td class="number">{row.count}</td><td class="number bad-text">{row.errors or ""}</td>'
        f'<td class="number">{duration(row.total)}</td></tr>'
        for row in summary.unowned
    )
    head = '<th>what</th><th>no rule claims</th><th class="number">count</th><th class="number">failed</th>'
    return f'<div class="tables"><table><tr>{head}<th class="number">total</th></tr>{rows}</table></div>'


def attributes_of(span: Span) -> str:
    """Return what one transaction carries, as its monitoring shows it."""
    lines = [f'<span class="key">{span.kind.lower()} span</span>  {escape(span.name)}']
    for key in sorted(key for key in span.attributes if key.startswith(CODE_OWNER)):
        value = span.attributes[key]
        shown = f"{value:.4f}" if isinstance(value, float) else str(value)
        lines.append(f'<span class="key">{escape(key)}</span> = <b>{escape(shown)}</b>')
    return f"<pre>{chr(10).join(lines)}</pre>"


def telling_spans(verdict: Verdict) -> list[Span]:
    """Return the request and the task that show most: failed by another owner's code, asked for by a third's."""

    def told(span: Span) -> tuple[bool, int]:
        named = {owner_of(span, key) for key in (CODE_OWNER, CODE_OWNER_CALLER, CODE_OWNER_AT_FAULT)} - {NOBODY}
        is_telling = span.is_failure and owner_of(span, CODE_OWNER_AT_FAULT) not in (NOBODY, owner_of(span))
        return (is_telling, len(named))

    spans = [judged.span for judged in verdict.judged]
    requests = [span for span in spans if span.is_request]
    tasks = [span for span in spans if not span.is_request]
    return [max(group, key=told) for group in (requests, tasks) if group]


def entries_table(verdict: Verdict, owners: Owners) -> str:
    """Return every page and task that ran, with its owner and how often it was right."""
    runs: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for judged in verdict.judged:
        span = judged.span
        key = ("page" if span.is_request else "task", span.entry)
        runs[key] += 1
        right[key] += judged.is_right
        expected = judged.expected.owner if judged.expected else "not in the list"
        found.setdefault(key, (expected, set()))[1].add(owner_of(span))
    rows = "".join(
        f"<tr><td>{kind}</td><td>{_code(entry)}</td>"
        f"<td>{owners.chip(found[kind, entry][0])}</td>"
        f"<td>{' '.join(owners.chip(owner) for owner in owners.sorted(found[kind, entry][1]))}</td>"
        f'<td class="number">{_share(right[kind, entry], runs[kind, entry])}</td></tr>'
        for kind, entry in sorted(runs)
    )
    head = "<th></th><th>entry</th><th>by the list</th><th>by the monitoring</th>"
    return f'<div class="tables"><table><tr>{head}<th class="number">right</th></tr>{rows}</table></div>'


def _claim(module: str) -> str:
    return _code(module) if "." in module else escape(module.replace("_", " "))


def _code(name: str) -> str:
    # A long dotted name may be broken, but where a reader would break it.
    return f"<code>{escape(name).replace('.', '.<wbr>')}</code>"


def _share(right: int, runs: int) -> str:
    kind, mark = ("good-text", "✓") if right == runs else ("bad-text", "✗")
    return f'<span class="{kind}">{right} of {runs} {mark}</span>'
