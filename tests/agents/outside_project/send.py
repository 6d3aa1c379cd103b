"""Sends every task with a word in all that a sender may write; installs no whose: ``send.py WORD``."""

from __future__ import annotations

import sys
from typing import Any

from outside_app import app


def send(name: str, *args: Any, **options: Any) -> Any:
    """Send a task whose message has the word wherever somebody might look for an owner."""
    headers = {
        "whose-origin": f"1;{word};{word}",
        "whose-sent": word,
        "code_owner": word,
        "code_owner_caller": word,
        "baggage": f"code_owner_caller={word},code_owner_root={word}",
        "tracestate": f"{word}={word}",
    }
    return app.send_task(name, args, options, headers=headers, shadow=word, task_id=f"{word}-{next(numbers)}")


word = sys.argv[1]
numbers = iter(range(1_000))
for name in (f"outside_red.{word}", f"{word}.tasks.gone", word):
    send(name, word)
awaited = [
    send("outside_red.tasks.works", word, **{word: word}),
    send("outside_red.tasks.breaks", word, key=word),
    send("outside_red.tasks.takes_nothing", word),
    send("outside_red.tasks.retries", word),
    send("outside_red.tasks.later", word),
    send("outside_red.tasks.dispatch", f"outside_blue.{word}"),
    send("outside_red.tasks.dispatch", word),
    send("outside_red.tasks.hands_on", word),
    send("celery.starmap", {"task": "outside_red.tasks.works"}, [[word]]),
]
for result in awaited:
    result.get(timeout=60, propagate=False)
