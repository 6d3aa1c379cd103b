"""Writes CODEOWNERS files of the shapes that large public ones have, for trees of files that are really there."""

from __future__ import annotations

import random
from collections.abc import Sequence

TEAMS = tuple(f"@acme/{name}" for name in ("core", "web", "data", "infra", "security", "docs", "quality", "search"))


def codeowners_of(paths: Sequence[str], *, rules: int, seed: int = 7) -> str:
    """Return a file with about so many rules: a catch-all, extensions, folders from the outside in, deep exceptions.

    Among them are what real files have, too: rules whose folder is gone, shadowed and repeated ones, several owners,
    people, inline comments, lines without owners, spaces and other alphabets, and lines that GitHub passes over.
    """
    chance = random.Random(seed)
    folders = sorted({path.rpartition("/")[0] for path in paths} - {""})
    endings = sorted({path.rpartition(".")[2] for path in paths if "." in path.rpartition("/")[2]})
    lines = ["# Who reviews what.", "", f"*  {TEAMS[0]}", "", "# By ending"]
    lines += [f"*.{ending} {chance.choice(TEAMS)}" for ending in endings[:40] if ending.isalnum()]
    lines += ["", "# By folder, the outer ones first"]
    chosen = [chance.choice(folders) for _ in range(rules * 6 // 10)]
    lines += [f"/{escaped(folder)}/ {owners(chance)}" for folder in sorted(chosen, key=lambda name: name.count("/"))]
    lines += ["", "# Exceptions"]
    for _ in range(rules * 2 // 10):
        lines.append(f"/{escaped(chance.choice(folders))}/**/*.py {owners(chance)}")
    for _ in range(rules // 10):
        lines.append(f"/{escaped(chance.choice(folders))}/** {owners(chance)}  # since the split")
    for number in range(rules // 20):
        lines.append(f"/{escaped(chance.choice(folders))}/gone_{number}/ {owners(chance)}")
    for _ in range(rules // 20):
        lines.append(f"/{escaped(chance.choice(paths))}")
    lines += [
        "/docs/café\\ menü/ @acme/docs",
        "*.rs @alice",
        "!/tests/ @acme/quality",
        "/src/[ab]/ @acme/web",
        "/x acme",
    ]
    return "\n".join(lines) + "\n"


def escaped(path: str) -> str:
    return "".join(f"\\{character}" if character in " *?[]\\#" else character for character in path)


def owners(chance: random.Random) -> str:
    return " ".join(chance.sample(TEAMS, chance.choice((1, 1, 1, 1, 2))))


def configuration(*, extra: str = "") -> str:
    """Return a whose.toml that knows the teams of these files, and one that owns nothing."""
    names = [*(team.removeprefix("@acme/") for team in TEAMS), "idle"]
    described = "".join(f'[teams.{name}]\nhandles = ["@acme/{name}"]\n' for name in names)
    return f"codeowners = true\n{extra}\n{described}"
