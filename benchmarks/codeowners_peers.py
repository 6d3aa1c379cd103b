"""Other matchers of CODEOWNERS files, fetched from their registries at the first run, each as a function of a path."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from whose.sources.codeowners import parse_codeowners

#: Returns whatever the matcher has to say of a path.
Find = Callable[[str], object]

_FOLDER = Path(__file__).parents[1] / "build" / "benchmark-peers"
_PACKAGES = ("codeowners==0.9.0", "pathspec==1.1.1", "owners-yaml==0.3.0", "hyperscan==0.9.1")
_NODE_PACKAGE = "@snyk/github-codeowners@1.1.0"


def fetch_peers() -> list[str]:
    """Install the peers into the build folder and onto ``sys.path``; return the names of those that cannot be had."""
    python = _FOLDER / "python" / "bin" / "python"
    if not python.exists():
        venv.create(_FOLDER / "python", with_pip=True)
    missing = []
    for package in _PACKAGES:
        name, _, version = package.partition("==")
        if not list(_FOLDER.glob(f"python/lib/*/site-packages/{name.replace('-', '_')}-{version}.dist-info")):
            command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", package]
            if subprocess.run(command, check=False).returncode:
                missing.append(package)
    # Behind what is there: whose itself and what it needs stay those of this environment.
    sys.path += map(str, _FOLDER.glob("python/lib/*/site-packages"))
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing.append(f"{_NODE_PACKAGE} (no node and npm)")
    elif not (_FOLDER / "node_modules").exists():
        command = ["npm", "install", "--silent", "--prefix", str(_FOLDER), _NODE_PACKAGE]
        if subprocess.run(command, check=False).returncode:
            missing.append(_NODE_PACKAGE)
    return missing


def _patterns(text: str) -> list[str]:
    return [line.pattern for line in parse_codeowners(text, file="CODEOWNERS", dialect="github").rules]


def prefixes_in_a_dict(text: str) -> Find:
    """Return a bare walk up the directories of a path in a dict: what an answer costs at least, without any glob."""
    owners = {pattern.strip("/*"): number for number, pattern in enumerate(_patterns(text))}

    def find(path: str) -> int | None:
        while path:
            number = owners.get(path)
            if number is not None:
                return number
            path = path.rpartition("/")[0]
        return None

    return find


def pypi_codeowners(text: str) -> Find:
    from codeowners import CodeOwners

    find: Find = CodeOwners(text).of
    return find


def pathspec_simple(text: str) -> Find:
    return _pathspec(text, "simple")


def pathspec_hyperscan(text: str) -> Find:
    return _pathspec(text, "hyperscan")


def _pathspec(text: str, backend: str) -> Find:
    from pathspec import PathSpec

    find: Find = PathSpec.from_lines("gitignore", _patterns(text), backend=backend).check_file
    return find


def owners_yaml(text: str) -> Find:
    from owners_yaml.matcher import PatternMatcher, normalize_path

    matchers = [PatternMatcher(pattern) for pattern in reversed(_patterns(text))]

    def find(path: str) -> object:
        normal = normalize_path(path)
        return next((matcher for matcher in matchers if matcher.test(normal)), None)

    return find


PEERS: Mapping[str, Callable[[str], Find]] = {
    "PyPI codeowners": pypi_codeowners,
    "pathspec, simple": pathspec_simple,
    "pathspec, hyperscan": pathspec_hyperscan,
    "owners-yaml": owners_yaml,
}

_SCRIPT = """
const { OwnershipEngine } = require(process.argv[2]);
const { readFileSync } = require('fs');
const paths = readFileSync(process.argv[4], 'utf8').split('\\n');
const begin = process.hrtime.bigint();
const engine = OwnershipEngine.FromCodeownersFile(process.argv[3]);
const made = process.hrtime.bigint();
for (const path of paths) engine.calcFileOwnership(path);
const end = process.hrtime.bigint();
console.log(JSON.stringify({ start: Number(made - begin) / 1e6, find: Number(end - made) / 1e3 / paths.length }));
"""


def snyk_npm(text: str, paths: Sequence[str]) -> dict[str, float] | None:
    """Return the milliseconds that npm's @snyk/github-codeowners takes to start, and its microseconds a path."""
    engine = _FOLDER / "node_modules" / "@snyk" / "github-codeowners" / "dist" / "lib" / "ownership"
    if not engine.exists():
        return None
    script, rules, listing = (_FOLDER / name for name in ("snyk.js", "CODEOWNERS", "paths"))
    script.write_text(_SCRIPT, encoding="utf-8")
    # It takes what follows an escaped space for an owner, and refuses the file.
    rules.write_text("\n".join(line for line in text.splitlines() if "\\ " not in line), encoding="utf-8")
    listing.write_text("\n".join(paths), encoding="utf-8")
    command = ["node", str(script), str(engine), str(rules), str(listing)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    measured: dict[str, float] = json.loads(printed)
    return measured
