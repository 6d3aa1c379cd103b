"""The page that a run leaves: one HTML file that needs nothing else, in light and in dark."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from whose.demo.expected import NOBODY
from whose.demo.page.faults import faults_plot
from whose.demo.page.hand_offs import hand_offs_plot
from whose.demo.page.latency import latency_plot
from whose.demo.page.own_time import own_time_plot
from whose.demo.page.owners import Owners
from whose.demo.page.tables import attributes_of, entries_table, telling_spans, unowned_table
from whose.demo.page.transactions import transactions_plot
from whose.demo.run import Outcome


def page_of(outcome: Outcome) -> str:
    """Return the whole page."""
    summary, verdict = outcome.summary, outcome.verdict
    owners = Owners(outcome.teams)
    cards = [
        _card(
            "Transactions by owner",
            "From a list of module prefixes; in the code, a single view names its owner.",
            transactions_plot(summary, owners),
        ),
        _card(
            "Latency by owner",
            "Median and 95th percentile of each owner's requests and tasks.",
            latency_plot(summary, owners),
        ),
        _card(
            "Whose it was, and whose fault",
            "Failed requests and tasks. Beside the diagonal, alerting the owner of the page or task wakes the wrong "
            "team.",
            faults_plot(summary, owners),
        ),
        _card(
            "Hand-offs",
            "Whose code asked for whose tasks; grey is what stays with one owner.",
            hand_offs_plot(summary, owners),
        ),
        _card(
            "Own time",
            "Whose code the time went to, inside whosever request or task it ran.",
            own_time_plot(summary, owners),
        ),
        _card(
            "What nobody owns",
            "The gaps, most used first, each with the module that a rule ought to claim.",
            unowned_table(summary),
        ),
    ]
    told = "".join(attributes_of(span) for span in telling_spans(verdict))
    listing = f"<details><summary>Every page and task</summary>{entries_table(verdict, owners)}</details>"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>whose demo: {escape(str(verdict))}</title>
<style>
{files("whose.demo.page").joinpath("style.css").read_text(encoding="utf-8")}</style>
</head>
<body>
<header>
<h1>Whose code was running?</h1>
<p class="under">{_ran(outcome)}</p>
{_facts(outcome)}
</header>
<main>
{_wrong(outcome)}
<div class="cards">
{"".join(cards)}
<section class="card wide"><h2>What the monitoring is told</h2>
<p>A real request and a real task of this run: whose it is, who asked for it, who broke it.</p>
<div class="told">{told}</div></section>
<section class="card wide">{listing}</section>
</div>
</main>
<footer>
<p>Made by <code>whose demo</code> from the spans that the shop's processes exported over OTLP/HTTP. Each one was
compared with a list that people made by hand: its owner, where that is written, who was at fault, who asked for it.</p>
</footer>
</body>
</html>
"""


def _ran(outcome: Outcome) -> str:
    versions = {name: escape(version) for name, version in outcome.versions.items()}
    parts = [f"{name} {version}" for name, version in versions.items() if name != "whose"]
    return f"A tea shop of {len(outcome.teams)} teams, run for real in {outcome.seconds:.0f} s: {', '.join(parts)}."


def _facts(outcome: Outcome) -> str:
    summary, verdict = outcome.summary, outcome.verdict
    unowned = sum(row.count for row in summary.owners if row.owner == NOBODY)
    share = unowned / summary.count if summary.count else 0
    mood = "good" if verdict.is_right else "bad"
    facts = [
        (f"verdict {mood}", f"{'✓' if verdict.is_right else '✗'} {verdict}", "owners as the shop's own list has them"),
        ("", f"{summary.count:,}", "transactions, each with its owner in the span"),
        (
            "",
            f"{summary.failures_across} of {summary.failures}",
            "failures are another owner's fault than the page's or task's",
        ),
        (
            "",
            f"{summary.hand_offs_across:,} of {sum(summary.hand_offs.values()):,}",
            "tasks were asked for by another owner's code",
        ),
        ("", f"{share:.1%}", "of transactions belong to nobody, and say so"),
    ]
    boxes = (f'<div class="fact {kind}"><b>{figure}</b><span>{words}</span></div>' for kind, figure, words in facts)
    return f'<div class="facts">{"".join(boxes)}</div>'


def _wrong(outcome: Outcome) -> str:
    verdict = outcome.verdict
    lines = [
        f"<li><code>{escape(entry)}</code>: {escape(difference.aspect)} is {escape(difference.got)}, expected "
        f"{escape(difference.expected)} ({count} times)</li>"
        for entry, difference, count in verdict.wrong
    ]
    lines += [f"<li>{escape(what)}</li>" for what in verdict.missing]
    if not lines:
        return ""
    body = f'<ul class="wrong">{"".join(lines)}</ul>'
    return f'<section class="card wide" style="margin-bottom:14px"><h2 class="bad-text">Not right</h2>{body}</section>'


def _card(title: str, caption: str, body: str) -> str:
    return f'<section class="card"><h2>{title}</h2><p>{caption}</p>{body}</section>\n' if body else ""
