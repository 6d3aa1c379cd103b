"""Reads Backstage's catalogue: groups as teams with their levels, components as folders with an owner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from whose.config import Place
from whose.config.teams import Themed
from whose.errors import Problem
from whose.model import Rule, SourceName, Team, TeamName
from whose.sources.roster import Roster

BACKSTAGE = SourceName("backstage")
#: The file that counts in a folder, at any depth.
INSIDE_FOLDERS = "**/catalog-info.yaml"
_SOURCE_LOCATION = "backstage.io/source-location"
_TEAM_SLUG = "github.com/team-slug"
#: A folder or file of a repository, as GitHub and GitLab spell its URL; the branch is one segment.
_IN_REPOSITORY = re.compile(r"url:https?://[^/]+/(?P<repository>.+?)(?:/-)?(?:/(?:tree|blob)/[^/]+(?P<path>/.*)?)?/?")
_SPECIAL = re.compile(r"[\\*?\[\]#!\s]")

#: A mapping of whatever a user wrote.
Values = Mapping[str, object]


def _inside(values: Values, *keys: str) -> object:
    found: object = values
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _text(values: Values, *keys: str) -> str:
    found = _inside(values, *keys)
    return found if isinstance(found, str) else ""


def read_groups(places: Iterable[Place]) -> tuple[Themed, list[Problem]]:
    """Return the teams of all entities of ``kind: Group``, and what is wrong with their parents.

    The groups above one are its levels, the widest first, each under its ``spec.type``; of two of one type the nearer
    counts (https://backstage.io/docs/features/software-catalog/descriptor-format, "Kind: Group").
    """
    groups = {_text(place.values, "metadata", "name"): place for place in places if _kind(place) == "group"}
    groups.pop("", None)
    teams: Themed = {}
    problems: list[Problem] = []
    for name, place in groups.items():
        levels: dict[str, str] = {}
        passed = [name]
        parent = _name_of(_text(place.values, "spec", "parent"))
        while parent:
            above = groups.get(parent)
            where = groups[passed[-1]].place_of("spec", "parent")
            if parent in passed or above is None:
                wrong = "is above itself" if parent in passed else "is not in the catalogue"
                problems.append(Problem(where, f"the group {parent!r} {wrong}", "correct the parent", "unknown_parent"))
                break
            levels.setdefault(_level(_text(above.values, "spec", "type")), parent)
            passed.append(parent)
            parent = _name_of(_text(above.values, "spec", "parent"))
        team = Team(
            TeamName(name), levels=dict(reversed(levels.items())), contacts=_contacts(place), handles=_handles(place)
        )
        teams[team.name] = team, place.place_of()
    return teams, list(dict.fromkeys(problems))


def read_components(places: Iterable[Place], roster: Roster, *, repository: Path) -> tuple[list[Rule], list[Problem]]:
    """Return a rule for the folder of every entity of ``kind: Component``, outer folders first.

    The folder is the one that the entity's source location names, if that lies in this repository, else the folder of
    the file itself.
    """
    own = _own_url(repository)
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    for place in places:
        if _kind(place) != "component":
            continue
        name = _text(place.values, "metadata", "name")
        reference = _text(place.values, "spec", "owner")
        where = place.place_of("spec", "owner")
        if not reference:
            problems.append(Problem(where, f"the component {name!r} has no owner", "add spec.owner", "no_owner"))
            continue
        path = _location(place, repository, own)
        if path is None:
            continue
        handle = _name_of(reference)
        if reference.partition(":")[0].lower() == "user":
            handle = f"@{handle}"
        problem = roster.problem_of(handle, where)
        if problem is not None:
            problems.append(problem)
        pattern = _pattern(path, is_folder=(repository / path).is_dir())
        rule = place.rule(BACKSTAGE, pattern, roster.owner_of(handle).team, "spec", "owner")
        first = rules.setdefault(path, rule)
        if first.team != rule.team:
            message = f"{name!r} gives {path or 'the repository'} to {rule.team!r}, but {first.team!r} has it at"
            mend = f"give each component a {_SOURCE_LOCATION}"
            problems.append(Problem(rule.place, f"{message} {first.place}", mend, "contradiction"))
    return [rules[path] for path in sorted(rules, key=lambda path: path.count("/") + bool(path))], problems


def _pattern(path: str, *, is_folder: bool) -> str:
    r"""Return the pattern of a path and all below it.

    >>> _pattern("services/cart [old]", is_folder=True), _pattern("", is_folder=True)
    ('/services/cart\\ \\[old\\]/', '*')
    """
    return "/" + _SPECIAL.sub(r"\\\g<0>", path) + ("/" if is_folder else "") if path else "*"


def _kind(place: Place) -> str:
    return _text(place.values, "kind").lower()


def _name_of(reference: str) -> str:
    """Return the name in a reference to an entity.

    >>> _name_of("group:default/team-red"), _name_of("team-red")
    ('team-red', 'team-red')
    """
    return reference.rpartition(":")[2].rpartition("/")[2]


def _level(kind: str) -> str:
    return re.sub(r"\W+", "_", kind.strip().lower()).strip("_") or "group"


def _contacts(place: Place) -> dict[str, str]:
    contacts = {}
    mail = _text(place.values, "spec", "profile", "email")
    if mail:
        contacts["mail"] = mail
    links = _inside(place.values, "metadata", "links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and _text(link, "url"):
            contacts.setdefault("url", _text(link, "url"))
    return contacts


def _handles(place: Place) -> tuple[str, ...]:
    slug = _inside(place.values, "metadata", "annotations", _TEAM_SLUG)
    return (f"@{slug}",) if isinstance(slug, str) and slug else ()


def _location(place: Place, repository: Path, own: str | None) -> str | None:
    """Return the path that a component lies in, empty for the repository itself; None if it lies elsewhere."""
    folder = place.file.parent if place.file is not None else repository
    located = _inside(place.values, "metadata", "annotations", _SOURCE_LOCATION)
    if isinstance(located, str) and located:
        kind, _, target = located.partition(":")
        if kind in ("dir", "file"):
            folder = folder / target
        else:
            found = _IN_REPOSITORY.fullmatch(located)
            if found is None or (own is not None and found["repository"].lower().removesuffix(".git") != own):
                return None
            folder = repository / (found["path"] or "").strip("/")
    folder = folder.resolve()
    top = repository.resolve()
    if not folder.is_relative_to(top) or not folder.exists():
        return None
    path = folder.relative_to(top).as_posix()
    return "" if path == "." else path


def _own_url(repository: Path) -> str | None:
    """Return the ``owner/name`` that the clone's origin has, in lower case; None where that is not known."""
    try:
        text = (repository / ".git" / "config").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = re.search(r'\[remote "origin"\][^\[]*?url\s*=\s*(\S+)', text)
    if found is None:
        return None
    url = found[1].lower().removesuffix("/").removesuffix(".git")
    return re.sub(r"^(?:\w+://[^/]+/|[^/:]+:)", "", url)
