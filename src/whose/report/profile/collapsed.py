"""Reads collapsed stacks, as py-spy (``--format raw``) and Pyroscope write them, and finds the owner of each frame."""

from __future__ import annotations

import re
from pathlib import Path

from whose.errors import WhoseError
from whose.report.locating import locate
from whose.report.profile.samples import Frame, Profile, Sample
from whose.repository import Repository

#: ``view (shop/cart/views.py:12)`` of py-spy; ``shop/cart/views.py:view`` and ``shop.cart.views.view`` of others.
_WITH_FILE = re.compile(r"^.*? \((?P<file>[^()]+?)(?::\d+)?\)$|^(?P<file2>[^\s:]+\.py)(?::.+)?$")
_DOTTED = re.compile(r"^[A-Za-z_][\w]*(?:\.[\w<>]+)+$")


def load_collapsed(path: Path, repository: Repository, *, files: list[str]) -> Profile:
    """Return the profile of a file of collapsed stacks; ``files`` are the repository's, relative to its root.

    Raises:
        WhoseError: the file cannot be read, or a line of it is no stack with a count.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WhoseError(f"{path}: cannot be read: {error}") from error
    stacks: list[tuple[list[str], float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        stack, _, count = line.rpartition(" ")
        try:
            weight = float(count)
        except ValueError as error:
            raise WhoseError(
                f"{path}:{number}: this is no collapsed stack; write lines like 'outer;inner 12' "
                "(py-spy record --format raw)"
            ) from error
        stacks.append((stack.split(";"), weight))
    owners = _owners({name for frames, _ in stacks for name in frames}, repository, files)
    samples = tuple(Sample(tuple(Frame(name, owners[name]) for name in frames), weight) for frames, weight in stacks)
    return Profile(samples, unit="samples")


def _owners(names: set[str], repository: Repository, files: list[str]) -> dict[str, str | None]:
    file_of = {name: found["file"] or found["file2"] for name in names if (found := _WITH_FILE.match(name))}
    located = locate(set(file_of.values()), files, root=repository.root, roots=repository.config.roots)
    owners: dict[str, str | None] = {}
    for name in names:
        owner = None
        if name in file_of:
            location = located[file_of[name]]
            owner = repository.owner_of_path(location.path) if location.path else None
        elif _DOTTED.match(name):
            owner = repository.owner_of_module(name)
        owners[name] = owner.team.name if owner is not None and owner.team is not None else None
    return owners
