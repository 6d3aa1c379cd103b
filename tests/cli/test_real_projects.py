"""The command line on the source of large projects, as their maintainers would use it."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import time
from collections import Counter
from pathlib import Path

import pytest

import whose as api
from tests.cli.conftest import Whose, git
from tests.cli.shapes import codeowners_of, configuration
from whose.cli import FOUND

pytestmark = pytest.mark.slow

PROJECTS = {"django": "django==5.2.9", "celery": "celery==5.6.0", "edx": "edx-django-utils==8.0.1"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distributions, from the registry by its ordinary client."""
    folder = tmp_path_factory.mktemp("sources")
    subprocess.run([sys.executable, "-m", "venv", folder / "pip"], check=True)
    options = ("--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder)
    subprocess.run([folder / "pip" / "bin" / "pip", "download", *options, *PROJECTS.values()], check=True, timeout=500)
    return folder


@pytest.fixture(params=PROJECTS)
def project(request: pytest.FixtureRequest, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One project in a repository of its own, with rules for 1,500 of its folders."""
    (archive,) = sources.glob(f"{PROJECTS[request.param].partition('==')[0].replace('-', '?')}-*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    (root,) = tmp_path.iterdir()
    (root / "an odd näme").mkdir()
    (root / "an odd näme" / "x.py").write_text("x = 1\n")
    git(root, "init", "-q")
    git(root, "add", "-A", "-f")
    paths = git(root, "ls-files", "-z").split("\0")[:-1]
    (root / ".github").mkdir(exist_ok=True)
    (root / ".github" / "CODEOWNERS").write_text(codeowners_of(paths, rules=1_500))
    (root / "whose.toml").write_text(configuration(extra='unowned = ["locale"]'))
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "-m", "Begin")
    monkeypatch.chdir(root)
    return root


def test_every_finding_stands_where_it_says(whose: Whose, project: Path) -> None:
    done = whose("lint", "--json")
    assert done.code == FOUND
    lines = {name: (project / name).read_text().splitlines() for name in (".github/CODEOWNERS", "whose.toml")}
    findings = done.json["findings"]
    for finding in findings:
        if finding["code"] in ("WH101", "WH102", "WH103", "WH104", "WH106"):
            assert finding["subject"] in lines[finding["file"]][finding["line"] - 1]
    codes = Counter(finding["code"] for finding in findings)
    assert codes["WH401"] == 3
    assert codes["WH203"] >= 1
    assert codes["WH204"] == 1
    assert all(codes[code] for code in ("WH101", "WH102", "WH103", "WH104"))


def test_a_dead_rule_matches_nothing_and_deleting_a_shadowed_one_changes_nothing(whose: Whose, project: Path) -> None:
    before = {file["path"]: file["team"] for file in whose("export", "json").json["files"]}
    findings = whose("lint", "--json", "--select", "WH101,WH102,WH103,WH104").json["findings"]
    file = project / ".github" / "CODEOWNERS"
    gone = {finding["line"] for finding in findings if finding["file"] == ".github/CODEOWNERS"}
    kept = [line for number, line in enumerate(file.read_text().splitlines(), start=1) if number not in gone]
    file.write_text("\n".join(kept) + "\n")
    after = {file["path"]: file["team"] for file in whose("export", "json").json["files"]}
    assert after == before
    again = whose("lint", "--json", "--select", "WH101,WH102,WH103,WH104").json["findings"]
    assert [finding for finding in again if finding["file"] == ".github/CODEOWNERS"] == []


def test_fixing_changes_no_owner(whose: Whose, project: Path) -> None:
    before = {file["path"]: file["team"] for file in whose("export", "json").json["files"]}
    assert "mended" in whose("lint", "--fix").err
    assert {file["path"]: file["team"] for file in whose("export", "json").json["files"]} == before
    assert not any(finding["fixable"] for finding in whose("lint", "--json").json["findings"])


def test_coverage_counts_every_file_and_agrees_with_what_each_is_said_to_be(whose: Whose, project: Path) -> None:
    paths = git(project, "ls-files", "-z").split("\0")[:-1]
    document = whose("coverage", "--json", "--html", "map.html").json
    whole = document["whole"]
    assert whole["files"] == len(paths)
    states = ("owned", "unowned_on_purpose", "missing")
    assert sum(whole[state]["files"] for state in states) == len(paths)
    repository = api.load(project)
    told = Counter(str(owner.team.name) for path in paths if (owner := repository.owner_of_path(path)).team)
    assert told == {name: amount["files"] for name, amount in document["teams"].items()}
    assert (project / "map.html").stat().st_size > 10_000


def test_exported_codeowners_say_the_same_in_fewer_lines(whose: Whose, project: Path) -> None:
    before = {file["path"]: file["team"] for file in whose("export", "json").json["files"]}
    text = whose("export", "codeowners").out
    assert text.count("\n") < (project / ".github" / "CODEOWNERS").read_text().count("\n")
    (project / ".github" / "CODEOWNERS").write_text(text)
    (project / "whose.toml").write_text(configuration())
    after = {file["path"]: file["team"] for file in whose("export", "json").json["files"]}
    assert after == before


def test_a_revision_is_compared_file_by_file(whose: Whose, project: Path) -> None:
    assert whose("diff", "HEAD", "--json").json["changes"] == []
    before = {file["path"]: file["team"] for file in whose("export", "json").json["files"]}
    (project / ".github" / "CODEOWNERS").write_text("* @acme/web\n")
    after = {file["path"]: file["team"] for file in whose("export", "json").json["files"]}
    changed = {change["name"] for change in whose("diff", "HEAD", "--json").json["changes"] if change["kind"] == "file"}
    assert changed == {path for path in after if after[path] != before[path]}


def test_entry_points_have_the_owner_of_their_code(whose: Whose, project: Path) -> None:
    document = whose("export", "json").json
    owners = {file["module"]: file["team"] for file in document["files"] if file["path"].endswith(".py")}
    judged = 0
    for entry in (*document["tasks"], *document["views"]):
        if entry["module"] in owners:
            judged += 1
            assert entry["team"] == owners[entry["module"]]
    assert judged or "utils" in project.name


def test_sixty_thousand_files_and_four_thousand_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prints how long lint and coverage take; to reach are 3 s each."""
    paths = [
        f"src/product_{a}/service_{b}/part_{c}/file_{n}.{'py' if n % 3 else 'js'}"
        for a in range(20)
        for b in range(10)
        for c in range(15)
        for n in range(19)
    ] + [f"src/product_{a}/service_{b}/part_{c}/__init__.py" for a in range(20) for b in range(10) for c in range(15)]
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x = 1\n" * (hash(path) % 100))
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").write_text(codeowners_of(paths, rules=4_000))
    extra = 'nearby = [".codeowner"]\n[mappings]\ndata = ["product_1.service_2", "product_3"]'
    (tmp_path / "whose.toml").write_text(configuration(extra=extra))
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "Begin")
    monkeypatch.chdir(tmp_path)
    program = "import sys; from whose.cli import main; sys.exit(main())"
    for command in (["lint"], ["coverage"], ["coverage", "--html", "map.html"], ["teams"], ["diff", "HEAD"]):
        took = []
        for _ in range(3):
            begun = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", program, *command], capture_output=True, text=True, check=False
            )
            took.append(time.perf_counter() - begun)
            assert done.returncode in (0, FOUND), done.stderr
        with capsys.disabled():
            print(f"\n  whose {' '.join(command)}: {min(took):.2f} s, best of 3, {len(paths):,} files and 4,000 rules")
