"""Ownership files that lie next to the code: what one says of its folder, and the readers by file name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from whose.errors import Problem
from whose.model import Rule, SourceName
from whose.sources.documents import DocumentError
from whose.sources.roster import Roster

NEARBY_SOURCE = SourceName("nearby")
#: The other names under which the owners.yaml package reads its format unless the root file tells (SPEC.md, 6).
ALIAS_FILES = ("product.yaml",)


@dataclass(frozen=True, slots=True)
class Override:
    """What an ownership file says otherwise of the paths of one pattern, which counts from its folder."""

    pattern: str
    #: Whether it decides the owner, and then the rule; None where it leaves that to the folders above.
    decides: bool = False
    rule: Rule | None = None
    #: Whether the folders above count; None leaves that as the file has it.
    inherits: bool | None = None


@dataclass(frozen=True, slots=True)
class NearbyFile:
    """What a file says of the folder that it lies in, and all below."""

    #: None where the file leaves the owner to the folders above.
    rule: Rule | None = None
    inherits: bool = True
    overrides: tuple[Override, ...] = ()
    #: The other names of ownership files in the whole repository, as its root file has them.
    alias_files: tuple[str, ...] = ALIAS_FILES
    #: Whether it can be used at all; one that cannot counts as absent.
    is_valid: bool = True
    problems: tuple[Problem, ...] = ()


#: Reads the text of a file, given its name for messages and the teams.
Parser = Callable[[str, str, Roster], NearbyFile]


def parse_codeowner(text: str, file: str, roster: Roster) -> NearbyFile:
    """Return what a ``.codeowner`` file says: the name of one team, as rubyatscale's code_ownership has it."""
    names = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not names:
        problem = Problem(file, "names no team", "write its name, or delete the file", kind="malformed_file")
        return NearbyFile(is_valid=False, problems=(problem,))
    number, name = names[0]
    problems = []
    if len(names) > 1:
        message = f"names {len(names)} teams, of which only {name!r} counts"
        problems.append(Problem(f"{file}:{names[1][0]}", message, "keep one", kind="malformed_file"))
    unclaimed = roster.problem_of(name, f"{file}:{number}")
    if unclaimed is not None:
        problems.append(unclaimed)
    rule = Rule(NEARBY_SOURCE, ".codeowner", roster.owner_of(name).team, file=file, line=number)
    return NearbyFile(rule, problems=tuple(problems))


_KEY = re.compile(r"([A-Za-z_]+)\s*:\s*(.*)")
#: The keys of Kubernetes' OWNERS files that name owners, the stronger first.
_OWNING_KEYS = ("approvers", "owners", "reviewers")


def parse_owners(text: str, file: str, roster: Roster) -> NearbyFile:
    """Return what an ``OWNERS`` file says: its first group owns the folder.

    Read are the plain lists of Chromium and Gerrit (one owner a line, ``set noparent``) and the YAML of Kubernetes
    (``approvers:`` before ``reviewers:``, ``no_parent_owners``). Without a group, the first person owns it. Rules for
    single files (``per-file``, ``filters``) are not read, and are reported.
    """
    owners: dict[str, list[tuple[str, int]]] = {}
    problems = []
    key, inherits = "", True
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].strip()
        found = _KEY.fullmatch(words)
        if found is not None and not words.startswith("file:"):
            key, words = found[1], found[2]
            inherits = inherits and not (key == "no_parent_owners" and words == "true")
            words = words.strip("[]")
        if words == "set noparent":
            inherits = False
        elif words.startswith(("per-file", "include", "file:")) or (found is not None and key == "filters"):
            message = f"{words or key!r} is not read"
            problems.append(Problem(f"{file}:{number}", message, "use CODEOWNERS for it", kind="unread_line"))
        elif key == "" or key in _OWNING_KEYS:
            names = (name.strip().strip("\"'") for name in words.removeprefix("- ").split(","))
            owners.setdefault(key, []).extend((name, number) for name in names if name not in ("", "*"))
    named = [owner for group in ("", *_OWNING_KEYS) for owner in owners.get(group, ())]
    rule, unclaimed = _first(named, file, roster)
    return NearbyFile(rule, inherits, problems=(*problems, *unclaimed))


def _first(named: Iterable[tuple[str, int]], file: str, roster: Roster) -> tuple[Rule | None, list[Problem]]:
    """Return the rule for the first group among owners; a bare word that no team claims is a person's account."""
    handles = [
        (name if "@" in name or "/" in name or roster.owner_of(name).is_claimed else f"@{name}", number)
        for name, number in named
    ]
    if not handles:
        return None, []
    owner = roster.first_owner([handle for handle, _ in handles])
    handle, number = next((handle, number) for handle, number in handles if roster.owner_of(handle) == owner)
    problem = roster.problem_of(handle, f"{file}:{number}")
    rule = Rule(NEARBY_SOURCE, "OWNERS", roster.owner_of(handle).team, file=file, line=number)
    return rule, [problem] if problem is not None else []


def parse_owners_yaml(text: str, file: str, roster: Roster) -> NearbyFile:
    """Return what an ``owners.yaml`` file says, in the format of the owners-yaml package.

    Raises:
        MissingExtraError: PyYAML is not installed.

    """
    # Imported here, since only those who have such files need PyYAML.
    from whose.sources.owners_yaml import read_owners_yaml
    from whose.sources.yaml_documents import parse_yaml

    try:
        documents = parse_yaml(text)
    except DocumentError as error:
        place = f"{file}:{error.line}" if error.line else file
        return NearbyFile(
            is_valid=False, problems=(Problem(place, str(error), "correct the syntax", kind="malformed_file"),)
        )
    return read_owners_yaml(documents, file, roster)


#: The reader of each file name.
PARSERS: dict[str, Parser] = {
    ".codeowner": parse_codeowner,
    "owners.yaml": parse_owners_yaml,
    "OWNERS": parse_owners,
}
