"""Repositories to ask about, and the command line to ask with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from whose.cli._group import run


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Whose = Callable[..., Done]
MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def whose(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Whose:
    """Runs a command line in this process, as the program would without a terminal."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "WHOSE_CONFIG", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.delenv(name, raising=False)

    def ask(*arguments: str) -> Done:
        capsys.readouterr()
        try:
            code = run(arguments)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 0
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    return ask


@pytest.fixture
def make_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeRepository:
    """Makes a git repository with some files, and enters it."""

    def make(files: Mapping[str, str]) -> Path:
        root = tmp_path / "repository"
        root.mkdir(exist_ok=True)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        git(root, "init", "-q", "-b", "main")
        git(root, "add", "-A")
        git(root, "commit", "-q", "--allow-empty", "-m", "Begin")
        monkeypatch.chdir(root)
        return root

    return make


def git(root: Path, *arguments: str) -> str:
    """Run git as somebody."""
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(root), *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


SHOP: Mapping[str, str] = {
    "pyproject.toml": """\
[tool.whose]
codeowners = true
nearby = [".codeowner"]
unowned = ["migrations"]
transparent = ["shop.lib"]

[tool.whose.mappings]
team-red = ["shop.cart"]

[tool.whose.teams.team-red]
levels = { theme = "commerce", squad = "red" }
contacts = { chat = "#team-red" }
handles = ["@acme/red"]
[tool.whose.teams.team-blue]
handles = ["@acme/blue"]
[tool.whose.teams.team-green]
""",
    ".github/CODEOWNERS": "/src/shop/ @acme/blue\n/docs/ # nobody\n",
    "src/shop/__init__.py": "",
    "src/shop/lib.py": "def retry(f):\n    return f()\n",
    "src/shop/cart/__init__.py": "",
    "src/shop/cart/tasks.py": (
        "from celery import shared_task\n\n\n@shared_task\ndef expire(): ...\n\n\n"
        '@shared_task(name="reports.nightly")\ndef nightly(): ...\n'
    ),
    "src/shop/cart/views.py": "def add(request):\n    return 1\n",
    "src/shop/cart/migrations/0001_initial.py": "x = 1\n",
    "src/shop/legacy/__init__.py": "",
    "src/shop/legacy/.codeowner": "team-green\n",
    "src/shop/legacy/old.py": "x = 1\n",
    "src/shop/urls.py": (
        'from django.urls import path\nfrom shop.cart import views\n\nurlpatterns = [path("cart/add/", views.add)]\n'
    ),
    "docs/index.md": "# Shop\n",
    "README.md": "# Shop\n",
}


@pytest.fixture
def shop(make_repository: MakeRepository) -> Path:
    """A small shop: owners in a mapping, in CODEOWNERS and next to the code; some code unowned, some on purpose."""
    return make_repository(SHOP)
