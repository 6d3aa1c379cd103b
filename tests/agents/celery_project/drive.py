"""Sends every flavour to the workers, in order, and waits until all have left their trail.

    python drive.py POOL

Ends with status 1 and the names of what is missing if a body does not run as often as ``expected.toml`` says.
"""

from __future__ import annotations

import sys
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from celery import chain, chord, group

from flavours import logs, trail
from flavours.app import app, blue, green, nobody, red, thirdparty_pkg

SECONDS_TO_WAIT = 60


def expected_runs(pool: str) -> dict[str, int]:
    """Return how often each body is to run, by the project's own list."""
    listed = tomllib.loads(Path(__file__).with_name("expected.toml").read_text())
    flavours = [entry for entry in listed["flavour"] if pool in entry.get("pools", [pool])]
    return {entry["task"]: entry.get("bodies", entry.get("transactions", 1)) for entry in flavours}


def await_runs(expected: dict[str, int]) -> None:
    """Return when every body has run as often as expected; exit, naming the others, after a minute."""
    end = time.monotonic() + SECONDS_TO_WAIT
    while True:
        counts = trail.counts()
        missing = {
            name: f"{counts.get(name, 0)} of {runs}" for name, runs in expected.items() if counts.get(name, 0) < runs
        }
        if not missing:
            return
        if time.monotonic() > end:
            sys.exit(f"not run within {SECONDS_TO_WAIT} s: {missing}")
        time.sleep(0.05)


def send_what_kills() -> None:
    """Send what ends a worker process: first, so that no harvest of other flavours dies with it."""
    blue.outcomes.hard_limited.delay()
    blue.outcomes.loses_its_worker.delay()


def send_single_tasks() -> None:
    """Send one task a flavour."""
    red.plain.add.delay(1, 2)
    red.plain.bound.delay()
    red.plain.shared.delay()
    red.lent_to_blue.settle.delay()
    blue.plain.on_quiet_base.delay()
    blue.plain.on_counting_base.delay()
    blue.plain.on_refusing_base.delay()
    blue.plain.on_inspecting_base.delay(3, currency="CHF")
    blue.invoices.invoice.delay(7, copies=2)
    blue.invoices.reminder.delay()
    blue.inherits.turnover.delay()
    green.models.book.delay({"number": 5})
    green.retries.automatically.delay()
    green.retries.by_hand.delay()
    blue.outcomes.acks_late.delay()
    blue.outcomes.ignores_result.delay()
    blue.outcomes.throws.delay()
    blue.outcomes.rejects.delay()
    blue.outcomes.ignores.delay()
    blue.outcomes.reads_its_name.delay()
    for name in ("politely", "rudely", "twice", "with_argument", "reliably"):
        getattr(blue.decorated, name).delay()
    blue.closures.north.delay()
    blue.closures.handled.delay()
    blue.partials.by_mail.delay()
    blue.partials.by_letter.delay(times=2)
    blue.named.nightly.delay()
    blue.named.misnamed.delay()
    green.late.latecomer.delay()
    app.send_task("green.late.LateClass")
    thirdparty_pkg.tasks.clean_up.delay()
    nobody.tasks.orphan.delay()


def send_combinations() -> None:
    """Send tasks that belong together, and tasks that run others."""
    group(green.canvas.member.si(), red.plain.grouped.si()).delay()
    chain(green.canvas.link_of_chain.si(), red.plain.chained.s(), green.canvas.link_of_chain.s()).delay()
    chord([green.canvas.header.s(1), red.plain.header.s(2)])(green.canvas.body.s())
    green.canvas.mapped.map([1, 2]).delay()
    green.canvas.starmapped.starmap([(1, 2), (3, 4)]).delay()
    green.canvas.chunked.chunks([(1, 2), (3, 4), (5, 6)], 2).apply_async()
    green.canvas.member.apply_async(link=red.links.on_success.s())
    blue.outcomes.fails.apply_async(link_error=red.links.on_error_by_id.s())
    blue.outcomes.fails.apply_async(link_error=red.links.on_error.s())
    red.replaced.replaced.delay()
    red.nested.applies.delay()
    red.nested.calls.delay()
    red.nested.sends_eagerly.delay()
    red.nested.applies_unowned.delay()
    red.nested.survives.delay()
    nobody.tasks.applies_owned.delay()


def send_to_the_second_app() -> None:
    """Send what the other app's worker serves."""
    blue.second.only_here.delay()
    red.second.in_both.apply_async(queue="second")
    chord([blue.second.unlocked_header.s(1), blue.second.unlocked_header.s(2)])(red.second.unlocked_body.s())


def send_for_later() -> None:
    """Send with an ETA; the beat process, which the harness starts, sends ``green.scheduled.tick``."""
    green.scheduled.later.apply_async(eta=datetime.now(UTC) + timedelta(seconds=1))


def send_what_fails_outside_its_body(pool: str) -> None:
    """Send what the worker reports in a log record, the body being left or never reached."""
    blue.outcomes.comes_too_late.apply_async(expires=datetime.now(UTC) - timedelta(hours=1))
    revoked = blue.outcomes.is_revoked.apply_async(countdown=2)
    app.control.revoke(revoked.id)
    app.send_task("blue.outcomes.takes_no_argument", args=["one"])
    app.send_task("blue.gone.for_good")
    # The workers accept JSON only, so they refuse to decode these arguments.
    app.send_task("blue.outcomes.takes_no_argument", args=["pickled"], serializer="pickle")
    if pool == "prefork":
        blue.outcomes.softly_limited.delay()


def run_alone() -> None:
    """Run tasks in this process, as a script or a shell does."""
    red.alone.applied.apply()
    red.alone.called()
    red.alone.eager.delay()


def main(pool: str) -> None:
    """Send everything that the pool can run and wait for it."""
    logs.configure()
    if pool == "prefork":
        send_what_kills()
        await_runs({"blue.outcomes.hard_limited": 1, "blue.outcomes.loses_its_worker": 1})
    send_what_fails_outside_its_body(pool)
    send_single_tasks()
    send_combinations()
    send_to_the_second_app()
    send_for_later()
    run_alone()
    await_runs(expected_runs(pool))


if __name__ == "__main__":
    main(sys.argv[1])
