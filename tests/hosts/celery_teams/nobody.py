"""What nobody owns."""

from __future__ import annotations


def orphan() -> str:
    return "nobody's"
