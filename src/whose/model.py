"""The values everything else speaks in: Team, Rule, Ownership, Work, Attribution, Fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NewType

TeamName = NewType("TeamName", str)
ModuleName = NewType("ModuleName", str)
#: Which kind of declaration a rule came from: ``mapping``, ``declared``, ``codeowners``, ``default`` and so on.
SourceName = NewType("SourceName", str)


#: The attribute keys that an attribution may carry besides one ``code_owner_<level>`` per level of the team.
CODE_OWNER = "code_owner"
CODE_OWNER_MODULE = "code_owner_module"
CODE_OWNER_SOURCE = "code_owner_source"
CODE_OWNER_REASON = "code_owner_reason"
CODE_OWNER_CALLER = "code_owner_caller"
CODE_OWNER_ROOT = "code_owner_root"
CODE_OWNER_AT_FAULT = "code_owner_at_fault"
#: All teams at fault, joined by commas, where an exception group has several.
CODE_OWNER_AT_FAULT_ALL = "code_owner_at_fault_all"

#: What ``code_owner_source`` says of work that no rule claims, and of work that is unowned on purpose.
NONE = SourceName("none")
UNOWNED = SourceName("unowned")


@dataclass(frozen=True, slots=True)
class Team:
    """Who we report: a code owner with its groupings and the ways to reach it.

    >>> Team(TeamName("team-red"), levels={"theme": "commerce", "squad": "red"}).levels["squad"]
    'red'
    """

    name: TeamName
    #: Groupings from widest to narrowest, in order; emitted as ``code_owner_<level>``.
    levels: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Ways to reach the team: chat, pager, mail, url.
    contacts: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Other names for the team, as CODEOWNERS files write them: ``@org/team-red``, a mail address.
    handles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", MappingProxyType(dict(self.levels)))
        object.__setattr__(self, "contacts", MappingProxyType(dict(self.contacts)))

    def __reduce__(self) -> tuple[type[Team], tuple[object, ...]]:
        # A mapping proxy cannot be pickled; the index, which holds teams, must be.
        return Team, (self.name, dict(self.levels), dict(self.contacts), self.handles)


@dataclass(frozen=True, slots=True)
class Rule:
    """One declaration of ownership and the place where somebody wrote it."""

    source: SourceName
    #: What the rule claims, in the words of its source: ``shop.cart``, ``/src/shop/**``, ``*``.
    pattern: str
    #: The team that the rule names; None where the rule says that nobody owns this, on purpose.
    team: TeamName | None
    #: The file that declares it, as the user would name it; None for settings given in Python.
    file: str | None = None
    line: int | None = None
    #: The setting that declares it where there is no file: ``settings.CODE_OWNER_MAPPINGS``.
    setting: str | None = None

    @property
    def place(self) -> str:
        """Return where the rule stands: ``pyproject.toml:12`` or the name of the setting."""
        if self.file is not None:
            return self.file if self.line is None else f"{self.file}:{self.line}"
        return self.setting or "an unnamed place"

    def __str__(self) -> str:
        return f"{self.source} rule {self.pattern!r} at {self.place}"


@dataclass(frozen=True, slots=True)
class Ownership:
    """The static answer to "who owns this code": a team, or None, and the rule that says so."""

    team: Team | None
    #: Dotted name of the module that was judged; None where the code has none.
    module: str | None
    rule: Rule | None = None
    #: Why, where the rule alone does not tell: ``no_view``, ``ambiguous_path``, ``inherited_run``; a closed list.
    reason: str | None = None
    #: Path of the file that was judged, relative to its repository, where a path decided.
    path: str | None = None
    #: ``file:line in function`` of the frame that was judged, where an exception or traceback was asked about.
    frame: str | None = None
    _emitted: Mapping[str, str] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def is_owned(self) -> bool:
        """Tell whether a team owns the code."""
        return self.team is not None

    @property
    def is_unowned_on_purpose(self) -> bool:
        """Tell whether a rule says that nobody is to own the code."""
        return self.team is None and self.rule is not None

    @property
    def source(self) -> SourceName:
        """Return what ``code_owner_source`` says: the rule's source, ``unowned`` or ``none``."""
        if self.rule is None:
            return NONE
        return UNOWNED if self.team is None else self.rule.source

    @property
    def attributes(self) -> Mapping[str, str]:
        """Return what is emitted of it, under the default names; kept, for all works of a module share it.

        The four names ``code_owner``, ``code_owner_module``, ``code_owner_theme`` and ``code_owner_squad`` are those of
        edx-django-utils 8.1; ``code_owner`` is absent, never empty, where nobody owns the code.
        """
        if self._emitted is None:
            values: dict[str, str] = {}
            if self.team is not None:
                values[CODE_OWNER] = self.team.name
                for level, group in self.team.levels.items():
                    values[f"{CODE_OWNER}_{level}"] = group
            if self.module:
                values[CODE_OWNER_MODULE] = self.module
            values[CODE_OWNER_SOURCE] = self.source
            if self.reason:
                values[CODE_OWNER_REASON] = self.reason
            object.__setattr__(self, "_emitted", values)
            return values
        return self._emitted

    def __str__(self) -> str:
        subject = self.frame or self.module or self.path or "this code"
        if self.frame and self.module:
            subject = f"{self.module} ({self.frame})"
        because = f" ({self.reason.replace('_', ' ')})" if self.reason else ""
        if self.team is not None:
            return f"{subject} is owned by {self.team.name}: {self.rule}{because}"
        if self.rule is not None:
            return f"{subject} is unowned on purpose: {self.rule}{because}"
        return f"{subject} has no owner: no rule claims it{because}"


#: The Ownership of code about which nothing is known.
UNKNOWN = Ownership(team=None, module=None)


@dataclass(frozen=True, slots=True)
class Work:
    """What runs: one request, task, command or block, by the name its framework gives it."""

    #: ``request``, ``task``, ``command``, ``block``, ``receiver`` or ``middleware``.
    kind: str
    #: Name of the task, view or command; never a request's path nor anything else a user sent.
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """An Ownership given to a Work: what sinks receive and :func:`whose.current` returns."""

    work: Work
    ownership: Ownership
    #: True for work that runs inside other work of this process (a task called by a view).
    is_nested: bool = False
    #: Team that owns the code which asked for this work, and the one at the root of the chain of requests.
    caller: TeamName | None = None
    root: TeamName | None = None
    #: What is emitted, under the default names, in order; values are never empty.
    attributes: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        values = self.ownership.attributes
        if self.caller is not None:
            values = {**values, CODE_OWNER_CALLER: self.caller}
        if self.root is not None:
            values = {**values, CODE_OWNER_ROOT: self.root}
        object.__setattr__(self, "attributes", values)

    @property
    def team(self) -> Team | None:
        """Return the team that owns the work, or None."""
        return self.ownership.team

    def renamed(self, keys: Mapping[str, str]) -> Attribution:
        """Return the same attribution with other names for what it emits."""
        copy = Attribution(self.work, self.ownership, self.is_nested, self.caller, self.root)
        object.__setattr__(copy, "attributes", {keys.get(key, key): value for key, value in self.attributes.items()})
        return copy


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """Who is at fault for an exception: the owners of the innermost owned frames, one for each leaf of a group."""

    #: The Ownership of the first leaf, with its frame; its team is None where no frame has an owner.
    ownership: Ownership
    #: One for each leaf of an exception group, the first included; a single one for other exceptions.
    leaves: tuple[Ownership, ...] = ()
    attributes: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        values: dict[str, str] = {}
        if self.ownership.team is not None:
            values[CODE_OWNER_AT_FAULT] = self.ownership.team.name
        teams = list(dict.fromkeys(leaf.team.name for leaf in self.leaves if leaf.team is not None))
        if len(teams) > 1:
            values[CODE_OWNER_AT_FAULT_ALL] = ",".join(teams)
        object.__setattr__(self, "attributes", values)

    def renamed(self, keys: Mapping[str, str]) -> Fault:
        """Return the same fault with other names for what it emits."""
        copy = Fault(self.ownership, self.leaves)
        object.__setattr__(copy, "attributes", {keys.get(key, key): value for key, value in self.attributes.items()})
        return copy
