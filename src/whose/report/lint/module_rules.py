"""Finds dotted prefixes that name no module, neither of the repository nor of an installed package."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder

from whose.config.settings import is_dotted_prefix
from whose.model import Rule
from whose.report.lint.examined import Examined
from whose.report.lint.finding import Finding
from whose.sources.regular_files import read_regular


def find_in_module_rules(examined: Examined) -> Iterator[Finding]:
    """Return a finding for each prefix of mappings, ``unowned`` and ``transparent`` that names nothing."""
    config = examined.config
    prefixes = [*examined.declared.mappings]
    prefixes += [rule for rule in (*config.unowned, *config.transparent) if is_dotted_prefix(rule.pattern)]
    if not prefixes:
        return
    names = _Names(examined)
    for rule in prefixes:
        if not names.has(rule.pattern, rule):
            better = names.spelt(rule.pattern)
            edit = examined.replaced(rule, rule.pattern, better) if better is not None else None
            mend = f"write {better!r}" if better is not None else names.advice(rule.pattern)
            yield examined.finding("WH105", f"{rule.pattern!r} names no module", mend, rule=rule, edit=edit)


class _Names:
    """Knows the modules of the repository, and asks Python for those that are installed, without importing any."""

    def __init__(self, examined: Examined) -> None:
        self._examined = examined
        #: The file of each module; an empty one for packages, which may have more names inside.
        self._files: dict[str, str] = {}
        for path, subject in examined.subjects.items():
            if subject.module is None or not path.endswith(".py"):
                continue
            self._files[subject.module] = "" if path.endswith("__init__.py") else path
            above = subject.module.rpartition(".")[0]
            while above and above not in self._files:
                self._files[above] = ""
                above = above.rpartition(".")[0]
        self._optional = tuple(f"{prefix}." for prefix in examined.config.optional_module_prefixes)

    def has(self, name: str, rule: Rule) -> bool:
        """Tell whether a name is a module's, or that of something inside one."""
        if name in self._files:
            return True
        if any(f"{prefix}{name}" in self._files for prefix in self._optional):
            return True
        above, _, last = name.rpartition(".")
        while above:
            file = self._files.get(above)
            if file is not None:
                return self._defines(file or self._package_file(above), last)
            above, _, last = above.rpartition(".")
        return not self._examined.has_packages or _is_installed(name)

    def _package_file(self, package: str) -> str:
        end = f"{package.replace('.', '/')}/__init__.py"
        return next((path for path in self._examined.paths if path == end or path.endswith(f"/{end}")), "")

    def _defines(self, path: str, name: str) -> bool:
        """Tell whether a file mentions a name as something that it defines."""
        try:
            text = read_regular(self._examined.root / path).decode(errors="replace") if path else ""
        except OSError:
            return False
        word = re.escape(name)
        definition = rf"^\s*(?:(?:async )?def|class) {word}\b|^{word}\b\s*[:=]"
        return re.search(definition, text, re.MULTILINE) is not None

    def spelt(self, name: str) -> str | None:
        """Return the module that differs from a name in letter case only, if there is just one."""
        found = [known for known in self._files if known.casefold() == name.casefold()]
        return found[0] if len(found) == 1 else None

    def advice(self, name: str) -> str:
        """Return the mend, with the module that was perhaps meant."""
        above, _, last = name.rpartition(".")
        while above and above not in self._files:
            above, _, last = above.rpartition(".")
        start = f"{above}." if above else ""
        siblings = {known[len(start) :].split(".")[0] for known in self._files if known.startswith(start)}
        near = difflib.get_close_matches(last, siblings, n=1)
        if near:
            return f"did you mean {start}{near[0]!s}?"
        if above:
            return f"there is no {last!r} in {above}; correct it or delete it"
        return "no such package is in the repository or installed here; correct it or delete it"


def _is_installed(name: str) -> bool:
    """Tell whether a dotted name is that of an installed module, or of something in one, without importing it."""
    if name.partition(".")[0] in sys.stdlib_module_names:
        return True
    path: Iterable[str] | None = None
    known = ""
    for step in name.split("."):
        known = f"{known}.{step}" if known else step
        spec = PathFinder.find_spec(known, None if path is None else list(path))
        if spec is None:
            return False
        if spec.submodule_search_locations is None:
            return True
        path = spec.submodule_search_locations
    return True
