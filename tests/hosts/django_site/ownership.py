"""Tells a view, or a test, whose work runs."""

from __future__ import annotations

import whose


def running() -> str:
    attribution = whose.current()
    if attribution is None:
        return "nothing"
    nested = " nested" if attribution.is_nested else ""
    return f"{attribution.attributes.get('code_owner', 'nobody')}{nested}"
