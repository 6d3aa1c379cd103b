"""Finds path rules that match nothing, never win, stand twice, contradict each other, or hide gaps."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from whose.index.globs import PathGlob, parse_glob
from whose.index.layers import FirstOf, Layer, PathLayer
from whose.index.paths import PathIndex
from whose.index.sections import PathRules, SectionedIndex
from whose.model import Rule
from whose.report.lint.examined import Examined
from whose.report.lint.finding import Finding
from whose.sources.codeowners import Dialect

_WILDCARDS = frozenset("*?[\\")


def find_in_path_rules(examined: Examined) -> Iterator[Finding]:
    """Return what is wrong with the rules of CODEOWNERS files, Backstage's components and path patterns."""
    for index in path_indexes(examined.index.layers):
        twice = tuple(_twice(index, examined))
        yield from (finding for finding, _ in twice)
        for verdict in _judged(index, examined, told={id(rule) for _, rule in twice}):
            if not verdict.matched:
                yield _dead(verdict.rule, index, examined)
            elif verdict.winners:
                yield _shadowed(verdict, examined)
        yield from _catch_alls(index, examined)


def path_indexes(layers: Iterable[Layer]) -> Iterator[PathRules]:
    """Return the compiled path rules of all layers."""
    for layer in layers:
        if isinstance(layer, PathLayer):
            yield layer.index
        elif isinstance(layer, FirstOf):
            yield from path_indexes(layer.layers)


@dataclass(slots=True)
class _Verdict:
    """What the files say about one rule that never wins."""

    rule: Rule
    matched: int = 0
    #: The rules that win where it matches.
    winners: Counter[Rule] = field(default_factory=Counter)


def _judged(index: PathRules, examined: Examined, *, told: Collection[int]) -> Iterator[_Verdict]:
    """Return a verdict for each rule that decides nothing, but for those ``told`` about by their identity.

    Most rules decide something, and need no closer look; of one that stands twice, all that matches matches the other.
    """
    paths = examined.paths
    # By identity: the index hands out the very rules that it was made of, and comparing them costs more.
    deciding: set[int] = set()
    if isinstance(index, SectionedIndex):
        for path in paths:
            deciding.update(map(id, index.find_by_section(path)))
    else:
        own = {id(rule) for rule in index.rules}
        for path, ownership in examined.ownerships.items():
            # Where a rule of this very file decides, it has been found already.
            decided = id(ownership.rule)
            deciding.add(decided if decided in own else id(index.find(path)))
    losing = {id(rule): _Verdict(rule) for rule in index.rules if id(rule) not in deciding and id(rule) not in told}
    if not losing:
        return
    # Asking all rules for all files takes long; those that lose are few.
    losers = [verdict.rule for verdict in losing.values()]
    few = index if isinstance(index, SectionedIndex) else PathIndex.compiled(losers, dialect=dialect_of(index))
    for path in paths:
        for rule in few.find_all(path):
            verdict = losing.get(id(rule))
            if verdict is not None:
                verdict.matched += 1
                winner = _winner(rule, path, index, examined)
                if winner is not None and winner is not rule:
                    verdict.winners[winner] += 1
    yield from losing.values()


def _winner(rule: Rule, path: str, index: PathRules, examined: Examined) -> Rule | None:
    """Return the rule that counts for a path; of a file with sections, in the section of another rule."""
    if not isinstance(index, SectionedIndex):
        return index.find(path)
    section = examined.section_of(rule)
    return next((one for one in index.find_by_section(path) if examined.section_of(one) == section), None)


def dialect_of(index: PathRules) -> Dialect:
    """Return the dialect in which the patterns of an index are to be read."""
    return "gitlab" if isinstance(index, SectionedIndex) else "github"


def _twice(index: PathRules, examined: Examined) -> Iterator[tuple[Finding, Rule]]:
    """Return a finding for each rule whose pattern comes again, with the rule that does not count."""
    sectioned = isinstance(index, SectionedIndex)
    last: dict[tuple[object, ...], Rule] = {}
    for rule in index.rules:
        glob = parse_glob(rule.pattern.removeprefix("!"), dialect=dialect_of(index))
        if glob is None:
            continue
        key = (glob, examined.section_of(rule), sectioned and rule.pattern.startswith("!"))
        before = last.get(key)
        last[key] = rule
        if before is None:
            continue
        again = f"again at line {rule.line}" if rule.file == before.file and rule.line else f"again at {rule.place}"
        if examined.owners_of(before) == examined.owners_of(rule):
            edit = examined.without_line(before, holding=before.pattern)
            message = f"{before.pattern!r} stands {again} with the same owners"
            yield examined.finding("WH103", message, "delete one of the two", rule=before, edit=edit), before
        else:
            message = (
                f"{before.pattern!r} stands {again} and then belongs to {_named(examined.owners_of(rule))}, "
                f"not to {_named(examined.owners_of(before))}"
            )
            yield examined.finding("WH104", message, "keep one of the two", rule=before), before


def _named(owners: Sequence[str]) -> str:
    return " and ".join(owners) or "nobody"


def _shadowed(verdict: _Verdict, examined: Examined) -> Finding:
    winners = verdict.winners
    (first, _), *others = winners.most_common()
    by = f"line {first.line} ({first.pattern!r})" if first.file == verdict.rule.file else str(first)
    more = f" and {len(others)} other{'s' if len(others) > 1 else ''}" if others else ""
    files = f"all {verdict.matched:,} files it matches belong"
    if verdict.matched == 1:
        files = "the only file it matches belongs"
    message = f"{verdict.rule.pattern!r} never counts: {files} to {by}{more}"
    below = max((rule.line or 0 for rule in winners if rule.file == verdict.rule.file), default=0)
    mend = f"move it below line {below}, or delete it" if below > (verdict.rule.line or 0) else "delete it"
    return examined.finding("WH102", message, mend, rule=verdict.rule)


def _dead(rule: Rule, index: PathRules, examined: Examined) -> Finding:
    message = f"{rule.pattern!r} matches no file"
    better = _existing(rule.pattern, examined, dialect=dialect_of(index))
    if better is not None:
        edit = examined.replaced(rule, rule.pattern, better)
        return examined.finding("WH101", message, f"write {better}", rule=rule, edit=edit)
    return examined.finding("WH101", message, _advice(rule.pattern, examined), rule=rule)


def _existing(pattern: str, examined: Examined, *, dialect: Dialect) -> str | None:
    """Return the pattern of a file or folder that can only have been meant: it differs in letter case or a ``./``."""
    bare = pattern.removeprefix("./").removeprefix("/")
    if _WILDCARDS & set(bare.removesuffix("/**").removesuffix("/*")) or not bare:
        return None
    folder = bare.removesuffix("/**").removesuffix("/*").rstrip("/")
    found = examined.spellings.get(folder.casefold(), ())
    if len(found) != 1 or (found[0] == folder and not pattern.startswith("./")):
        return None
    anchor = "/" if "/" in pattern.rstrip("/") else ""
    better = f"{anchor}{found[0]}{bare[len(folder) :]}"
    glob = parse_glob(better, dialect=dialect)
    return better if glob is not None and glob != parse_glob(pattern, dialect=dialect) else None


def _advice(pattern: str, examined: Examined) -> str:
    """Return the mend for a dead pattern, with the name that was perhaps meant."""
    steps = pattern.removeprefix("./").strip("/").split("/")
    known = ""
    for number, step in enumerate(steps):
        if _WILDCARDS & set(step):
            break
        path = f"{known}/{step}" if known else step
        if examined.spellings.get(path.casefold()):
            known = path
            continue
        if number == 0 and not pattern.startswith("/") and len(steps) == 1:
            break
        near = difflib.get_close_matches(step, examined.inside(known), n=1)
        where = known or "the repository"
        if near:
            return f"there is no {step!r} in {where}, but {near[0]!r}; correct it or delete the rule"
        return f"there is no {step!r} in {where}; correct it or delete the rule"
    return "correct the pattern or delete the rule"


def _catch_alls(index: PathRules, examined: Examined) -> Iterator[Finding]:
    everything = [
        rule
        for rule in index.rules
        if rule.team is not None and is_everything(parse_glob(rule.pattern, dialect=dialect_of(index)))
    ]
    for rule in everything:
        caught = sum(ownership.rule is rule for ownership in examined.ownerships.values())
        if caught:
            yield catch_all_finding(rule, caught, examined)


def is_everything(glob: PathGlob | None) -> bool:
    """Tell whether a pattern matches every file."""
    return glob is not None and not glob.segments and glob.matches_below


def catch_all_finding(rule: Rule, caught: int, examined: Examined) -> Finding:
    """Return the finding about a rule that claims what no other one does."""
    share = 100 * caught / len(examined.paths) if examined.paths else 0
    files = f"{caught:,} file{'' if caught == 1 else 's'} ({share:.0f}%)"
    return examined.finding(
        "WH106",
        f"{rule.pattern!r} gives {rule.team} {files} that no other rule claims",
        "name who owns them, or let them be unowned until somebody does",
        rule=rule,
    )


def spellings_of(paths: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return how each file and folder is really spelt, by its name in one letter case."""
    found: dict[str, dict[str, None]] = {}
    for path in paths:
        name = path
        while name:
            spelt = found.setdefault(name.casefold(), {})
            if name in spelt:
                break
            spelt[name] = None
            name = name.rpartition("/")[0]
    return {key: tuple(names) for key, names in found.items()}
