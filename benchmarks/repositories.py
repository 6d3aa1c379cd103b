"""Makes repositories, and CODEOWNERS files in the shapes of large public ones, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_WORDS = (  # noqa: SIM905 - a list would take a hundred lines
    "accounts admin alerts analytics api assets audit auth billing cache calendar cart catalog checkout cli "
    "common compose config contacts core customers dashboard data db discover docs email events exports features "
    "feeds forms frontend graph groups helpers hooks images importer incidents index infra ingest integrations "
    "inventory invoices issues jobs lib limits locale logs mail maps media menu messages metrics migrations "
    "mobile models monitors notifications orders organizations pages payments permissions pipelines plugins "
    "policies prices products profiles projects queue quotas ratings receipts regions releases replays reports "
    "returns reviews roles rules search security serializers services sessions settings shipping shop signup "
    "sites snapshots spans static stats storage store stripe subscriptions support surveys sync tags tasks tax "
    "templates tenants tests themes tickets tokens tools traces translations uploads usage users utils vendors "
    "views warehouse web webhooks widgets workers workflow "
).split()
_ODD_WORDS = ("mis à jour", "données", "über uns", "文件", "старое", "with space", "c++", "[id]", "a(b)", "x&y")
_EXTENSIONS = ("py",) * 12 + ("ts", "tsx", "js", "html", "css", "md", "yml", "json", "txt", "sql", "po", "snap", "d.ts")
_STEMS = ("models", "views", "api", "base", "client", "index", "utils", "types", "main", "README", "conftest", "schema")
_TOPS = ("src", "src", "src", "src", "lib", "web", "tests", "docs", "tools", "packages", "services", "x-pack")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Repository:
    """The directories and files of a repository, in the order of a listing."""

    directories: tuple[str, ...]
    files: tuple[str, ...]


def made_repository(*, seed: int, directories: int, files: int) -> Repository:
    """Return a repository whose files lie three to nine names deep."""
    source = random.Random(seed)
    known = dict.fromkeys(f"{top}/{word}" for top in dict.fromkeys(_TOPS) for word in source.sample(_WORDS, 3))
    growing = list(known)
    while len(known) < directories:
        # Most directories lie in one of the older, shallower ones.
        outer = growing[int(len(growing) * source.random() ** 3)]
        name = source.choice(_ODD_WORDS) if source.random() < 0.01 else source.choice(_WORDS)
        inner = f"{outer}/{name}{source.randrange(9) if source.random() < 0.2 else ''}"
        if inner not in known:
            known[inner] = None
            if inner.count("/") < _DEEPEST - 1:
                growing.append(inner)
    places = list(known)
    listed = {f"{source.choice(places)}/{_file_name(source)}" for _ in range(files)}
    while len(listed) < files:
        listed.add(f"{source.choice(places)}/{_file_name(source)}")
    return Repository(tuple(sorted(places)), tuple(sorted(listed)))


def _file_name(source: random.Random) -> str:
    if source.random() < 0.15:
        return source.choice(("__init__.py", "README.md", "package.json", "BUILD", "Dockerfile", ".gitignore"))
    stem = f"{source.choice(_STEMS)}_{source.choice(_WORDS)}" if source.random() < 0.7 else source.choice(_STEMS)
    before = "test_" if source.random() < 0.2 else ""
    return f"{before}{stem}{source.randrange(400)}.{source.choice(_EXTENSIONS)}"


#: Makes the pattern of one rule about a directory.
_Maker = Callable[[random.Random, str], str]


def _file_in(source: random.Random, directory: str) -> str:
    return f"/{directory}/{_file_name(source)}"


def _middle_wildcard(source: random.Random, directory: str) -> str:
    names = directory.split("/")
    names[source.randrange(1, len(names))] = source.choice(("*", "**", "*"))
    return f"/{'/'.join(names)}/{source.choice(('', 'migrations/**', '*.py'))}"


def _anywhere(source: random.Random, directory: str) -> str:
    *_, outer, inner = directory.split("/")
    return source.choice(
        (f"**/{outer}/{inner}/", f"{inner}{source.randrange(9)}/", f"**/{inner}_*.py", f"*_{inner}.sql")
    )


def _prefixed(source: random.Random, directory: str) -> str:
    return f"/{directory}/{source.choice(_STEMS)}_*"


_DIRECTORY: _Maker = lambda _, directory: f"/{directory}/"  # noqa: E731 - a table of makers reads better so
_TREE: _Maker = lambda _, directory: f"/{directory}/**"  # noqa: E731
_PLAIN: _Maker = lambda _, directory: directory  # noqa: E731
_CHILDREN: _Maker = lambda _, directory: f"/{directory}/*"  # noqa: E731
_SOURCES: _Maker = lambda source, directory: f"/{directory}/**/*.{source.choice(('py', 'ts', 'md'))}"  # noqa: E731

#: Of a hundred rules, how many are of which kind: a monolith owned by directory with nested overrides; a product of
#: thousands of plugins, each a line without slash at either end; a collection of services with files of each.
SHAPES: Mapping[str, Mapping[_Maker, int]] = {
    "monolith": {
        _DIRECTORY: 60,
        _TREE: 17,
        _file_in: 10,
        _CHILDREN: 3,
        _SOURCES: 2,
        _middle_wildcard: 2,
        _anywhere: 1,
        _prefixed: 5,
    },
    "plugins": {_PLAIN: 80, _file_in: 8, _SOURCES: 4, _middle_wildcard: 2, _anywhere: 2, _prefixed: 4},
    "services": {_DIRECTORY: 45, _CHILDREN: 20, _file_in: 15, _middle_wildcard: 10, _anywhere: 5, _prefixed: 5},
}

_GENERAL = (
    *(
        "*",
        "*.md",
        "*.js",
        "*.ts",
        "*.d.ts",
        "*.css",
        "*.po",
        "/docs/*",
        "README.md",
        "Dockerfile*",
        "requirements*.txt",
    ),
    *("**/test_*.py", "conftest.py", "**/migrations/", "BUILD", "**/*.snap", ".github/", "*_pb2.py", "/docs/**/*.rst"),
)


def made_codeowners(repository: Repository, *, seed: int, rules: int, shape: str = "monolith") -> str:
    """Return a CODEOWNERS file of GitHub's dialect with so many rules about a repository.

    General rules come first, then those about directories, outer ones before the inner ones that override them; one in
    a hundred has no owner. Spaces are escaped; what GitHub has no syntax for does not occur.
    """
    source = random.Random(seed)
    makers = SHAPES[shape]
    spoken_of = [directory for directory in repository.directories if "[" not in directory]
    chosen = sorted(source.choices(spoken_of, k=max(0, rules - len(_GENERAL))))
    made = [
        maker(source, directory) for directory, maker in zip(chosen, _drawn(source, makers, len(chosen)), strict=True)
    ]
    lines = ["# Last match wins: keep the general rules on top.", ""]
    for number, pattern in enumerate([*_GENERAL, *made][:rules]):
        if number % 40 == len(_GENERAL):
            lines += ["", f"# {source.choice(_WORDS).title()}"]
        owners = " ".join(f"@shop/{source.choice(_WORDS)}" for _ in range(source.choice((1, 1, 1, 2))))
        escaped = pattern.replace(" ", "\\ ")
        lines.append(escaped if number >= len(_GENERAL) and source.random() < 0.01 else f"{escaped:<60} {owners}")
    return "\n".join([*lines, ""])


def _drawn(source: random.Random, makers: Mapping[_Maker, int], count: int) -> list[_Maker]:
    return source.choices(list(makers), weights=list(makers.values()), k=count)
