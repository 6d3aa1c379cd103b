"""Finding the files of a repository that another machine's frames mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from whose.config import Root
from whose.report.locating import (
    AMBIGUOUS,
    ELSEWHERE,
    GENERATED,
    INSTALLED,
    STANDARD_LIBRARY,
    Location,
    installed_module,
    locate,
)

PATHS = (
    "manage.py",
    "src/shop/__init__.py",
    "src/shop/cart.py",
    "src/shop/utils/__init__.py",
    "src/shop/utils/text.py",
    "services/one/app/__init__.py",
    "services/one/app/main.py",
    "services/two/app/__init__.py",
    "services/two/app/main.py",
    "services/two/app/only_two.py",
)
HERE = Path("/home/me/shop")


def located(*files: str, roots: tuple[Root, ...] = ()) -> list[Location]:
    found = locate(files, PATHS, root=HERE, roots=roots)
    return [found[file] for file in files]


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("/home/me/shop/src/shop/cart.py", "src/shop/cart.py"),
        ("src/shop/cart.py", "src/shop/cart.py"),
        ("./src/shop/cart.py", "src/shop/cart.py"),
        ("shop/cart.py", "src/shop/cart.py"),
        ("/app/src/shop/cart.py", "src/shop/cart.py"),
        ("/app/shop/cart.py", "src/shop/cart.py"),
        ("C:\\app\\shop\\cart.py", "src/shop/cart.py"),
        ("/opt/venv/lib/python3.11/site-packages/shop/cart.py", "src/shop/cart.py"),
        ("/usr/lib/python3/dist-packages/shop/__init__.py", "src/shop/__init__.py"),
        ("/srv/app.pex/shop/utils/text.py", "src/shop/utils/text.py"),
    ],
)
def test_a_file_is_found_wherever_the_other_machine_keeps_it(file: str, path: str) -> None:
    assert located(file) == [Location(path)]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("<frozen importlib._bootstrap>", GENERATED),
        ("/usr/lib/python3.11/json/decoder.py", STANDARD_LIBRARY),
        ("C:\\Python311\\Lib\\json\\decoder.py", STANDARD_LIBRARY),
        ("/opt/venv/lib/python3.11/site-packages/celery/app/trace.py", INSTALLED),
        ("/opt/venv/lib/python3.11/site-packages/celery/utils/text.py", INSTALLED),
        ("/usr/share/other/utils/text.py", ELSEWHERE),
        ("/usr/share/other/cart.py", ELSEWHERE),
        ("/app/app/main.py", AMBIGUOUS),
    ],
)
def test_a_file_that_could_only_be_guessed_is_not_taken(file: str, reason: str) -> None:
    assert located(file) == [Location(None, reason)]


def test_the_frames_that_are_certain_tell_for_the_others() -> None:
    assert located("/app/app/main.py", "/app/app/only_two.py") == [
        Location("services/two/app/main.py"),
        Location("services/two/app/only_two.py"),
    ]
    assert located("/code/manage.py", "/code/src/shop/cart.py") == [Location("manage.py"), Location("src/shop/cart.py")]


def test_what_the_configuration_says_of_production_counts() -> None:
    roots = (Root("services/one", deployed="/srv/one"),)
    assert located("/srv/one/app/main.py", roots=roots) == [Location("services/one/app/main.py")]


def test_the_module_of_an_installed_file_is_known_by_its_place() -> None:
    assert installed_module("/venv/lib/python3.11/site-packages/celery/app/__init__.py") == "celery.app"
    assert installed_module("/app/shop/cart.py") is None
