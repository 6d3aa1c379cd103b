"""Manuals on a disk that is no longer there."""

from pathlib import Path


def manual_for(sku: str) -> str:
    """Return a product's manual; fails, for nobody copied the disk."""
    return Path(f"/mnt/manuals-2009/{sku}.txt").read_text()
