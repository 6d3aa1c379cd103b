"""Reads ownership kept as a spreadsheet: CSV with the columns that edx-arch-experiments' mapping generator reads."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from whose.config import MAPPING, Checker
from whose.config.mappings import CATCH_ALL, mend_of_prefix
from whose.model import Rule, SourceName, TeamName

PACKAGES = SourceName("packages")
#: The columns, in lower case: the owner; and what is owned, of which the first one that a row fills counts.
OWNER = "owner.squad"
APPS = ("app", "app_name")
PATH = "path"
REPOSITORY = "repo url"


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """The rules of one CSV text: of dotted prefixes, and of the distributions that repositories publish."""

    mappings: tuple[Rule, ...] = ()
    packages: tuple[Rule, ...] = ()


def parse_csv(checker: Checker, text: str, *, file: str) -> Spreadsheet:
    """Return the rules of a CSV text.

    A row has ``owner.squad``, which counts in lower case, and one of ``app`` (a dotted module), ``Path`` (a folder or
    file, told from where Python imports) and ``repo url`` (of which the distribution that is published from there is
    owned), as in edx-arch-experiments' scripts/generate_code_owner_mappings.py.
    """
    reader = csv.reader(text.splitlines(), strict=True)
    mappings: list[Rule] = []
    packages: list[Rule] = []
    try:
        columns = [column.strip().lower() for column in next(reader, [])]
        if OWNER not in columns or not {*APPS, PATH, REPOSITORY} & {*columns}:
            checker.problem(
                f"{file}:1",
                f"has the columns {', '.join(columns) or 'none'}",
                f"it takes {OWNER!r} and one of 'app', 'Path' and 'repo url'",
            )
            return Spreadsheet()
        for cells in reader:
            row = {column: cell.strip() for column, cell in zip(columns, cells, strict=False)}
            place = f"{file}:{reader.line_num}"
            if not any(row.values()):
                continue
            owner = TeamName(row.get(OWNER, "").lower())
            app = next((row[column] for column in APPS if row.get(column)), "")
            prefix = app or _dotted(row.get(PATH, ""))
            repository = row.get(REPOSITORY, "")
            mend = mend_of_prefix(prefix) if prefix else None
            if not owner:
                checker.problem(place, f"has no {OWNER}", "name the team")
            elif not (prefix or repository):
                checker.problem(place, f"does not say what {owner!r} owns", "fill 'app', 'Path' or 'repo url'")
            elif mend or prefix == CATCH_ALL:
                checker.problem(place, f"{prefix!r} is no dotted module prefix", mend or "name a module")
            elif prefix:
                mappings.append(Rule(MAPPING, prefix, owner, file=file, line=reader.line_num))
            else:
                packages.append(Rule(PACKAGES, repository, owner, file=file, line=reader.line_num))
    except csv.Error as error:
        checker.problem(f"{file}:{reader.line_num}", f"is not CSV: {error}", "correct the quotes")
    return Spreadsheet(tuple(mappings), tuple(packages))


def _dotted(path: str) -> str:
    """Return the module that a path stands for.

    >>> _dotted("./openedx/core/djangoapps/user_authn/")
    'openedx.core.djangoapps.user_authn'
    """
    return path.removeprefix("./").strip("/").removesuffix(".py").replace("/", ".")
