"""Writes a Backstage catalogue: a Group for every team and level, a Component for every folder that a team owns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from whose.model import Ownership, Team
from whose.report.export.claims import Claim, fewest_claims

_API = "backstage.io/v1alpha1"
#: Backstage's names: up to 63 letters, digits, and ``-_.`` between them.
_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def backstage_catalogue(teams: Sequence[Team], ownerships: Mapping[str, Ownership], *, repository: str) -> str:
    """Return the documents of a ``catalog-info.yaml`` for the top folder of a repository, named ``repository``.

    https://backstage.io/docs/features/software-catalog/descriptor-format, "Kind: Group" and "Kind: Component". Every
    value is written as JSON writes it, which is YAML as well.
    """
    documents = [*_groups(teams), *_components(ownerships, repository)]
    heading = "# Written by whose export backstage.\n"
    return heading + "---\n".join("".join(_lines(document, 0)) for document in documents)


def _groups(teams: Sequence[Team]) -> Iterator[dict[str, object]]:
    known: set[str] = set()
    names = {team.name for team in teams}
    for team in teams:
        parent = None
        for level, group in team.levels.items():
            # A level may be called as a team is, or as another level; entities may not.
            name = _name(group if group not in names else f"{group}-{level}")
            if name not in known:
                known.add(name)
                yield _group(name, level, parent)
            parent = name
        yield _group(_name(team.name), "team", parent, team)


def _group(name: str, kind: str, parent: str | None, team: Team | None = None) -> dict[str, object]:
    metadata: dict[str, object] = {"name": name}
    spec: dict[str, object] = {"type": kind}
    if team is not None:
        slug = next((handle.removeprefix("@") for handle in team.handles if "/" in handle), None)
        if slug is not None:
            metadata["annotations"] = {"github.com/team-slug": slug}
        if "url" in team.contacts:
            metadata["links"] = [{"url": team.contacts["url"], "title": "team"}]
        if "mail" in team.contacts:
            spec["profile"] = {"email": team.contacts["mail"]}
    if parent is not None:
        spec["parent"] = parent
    spec["children"] = []
    return {"apiVersion": _API, "kind": "Group", "metadata": metadata, "spec": spec}


def _components(ownerships: Mapping[str, Ownership], repository: str) -> Iterator[dict[str, object]]:
    claims, _ = fewest_claims(
        ((path.split("/"), owner.team.name if owner.team else None) for path, owner in ownerships.items()),
        can_unset=False,
    )
    taken: set[str] = set()
    for claim in claims:
        if claim.owner is not None:
            yield _component(claim, _free(_name("-".join(claim.steps) or repository), taken))


def _component(claim: Claim, name: str) -> dict[str, object]:
    path = "/".join(claim.steps)
    location = f"dir:./{path}/" if claim.is_folder else f"file:./{path}"
    return {
        "apiVersion": _API,
        "kind": "Component",
        "metadata": {"name": name, "annotations": {"backstage.io/source-location": location}},
        "spec": {"type": "library", "lifecycle": "production", "owner": f"group:{_name(claim.owner or '')}"},
    }


def _name(text: str) -> str:
    return _NO_NAME.sub("-", text).strip("-_.")[:63].rstrip("-_.") or "unnamed"


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name[:58]}-{number}", number + 1
    taken.add(found)
    return found


def _lines(value: Mapping[str, object], depth: int) -> Iterator[str]:
    for key, item in value.items():
        if isinstance(item, Mapping):
            yield f"{'  ' * depth}{json.dumps(key) if '/' in key else key}:\n"
            yield from _lines(item, depth + 1)
        else:
            yield f"{'  ' * depth}{json.dumps(key) if '/' in key else key}: {json.dumps(item)}\n"
