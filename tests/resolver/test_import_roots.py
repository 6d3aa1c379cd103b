"""From a path to the dotted name under which Python imports it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trees import write_tree
from whose.config import Root
from whose.resolver.import_roots import ImportRoots

PATHS = [
    "src/shop/__init__.py",
    "src/shop/cart.py",
    "src/shop/pages/about.html",
    "src/google/cloud/thing/__init__.py",
    "backend/manage.py",
    "backend/users/__init__.py",
    "backend/users/views.py",
    "backend/plain/x.py",
    "services/billing/pyproject.toml",
    "services/billing/billing/__init__.py",
    "services/billing/tests/test_it.py",
    "lms/__init__.py",
    "lms/djangoapps/__init__.py",
    "lms/djangoapps/a.py",
    "tools/odd-name/run.py",
    "setup.py",
]
TREE = dict.fromkeys(PATHS, "")


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("src/shop/cart.py", "shop.cart"),
        ("src/shop/__init__.py", "shop"),
        ("src/shop/pages/about.html", "shop.pages"),
        ("src/google/cloud/thing/__init__.py", "google.cloud.thing"),
        ("src/google/cloud/other/x.py", "google.cloud.other.x"),
        ("backend/users/views.py", "users.views"),
        ("backend/plain/x.py", "plain.x"),
        ("services/billing/billing/__init__.py", "billing"),
        ("services/billing/tests/test_it.py", "tests.test_it"),
        ("lms/djangoapps/a.py", "lms.djangoapps.a"),
        ("tools/odd-name/run.py", None),
        ("setup.py", "setup"),
        ("README.md", None),
        ("src/shop/", "shop"),
    ],
)
def test_the_packages_around_a_file_tell_its_name(tmp_path: Path, path: str, module: str | None) -> None:
    assert ImportRoots(write_tree(tmp_path, TREE)).module_of(path) == module


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("src/shop/cart.py", "shop.cart"),
        ("lms/djangoapps/a.py", "lms.djangoapps.a"),
        ("backend/users/views.py", "people.views"),
        ("backend/users/__init__.py", "people"),
        ("backend/plain/x.py", "backend.plain.x"),
    ],
)
def test_configured_roots_come_first(tmp_path: Path, path: str, module: str) -> None:
    roots = [Root(""), Root("src"), Root("backend/users", package="people")]
    assert ImportRoots(write_tree(tmp_path, TREE), roots).module_of(path) == module


def test_the_folders_of_the_outermost_packages_are_found(tmp_path: Path) -> None:
    tree = write_tree(tmp_path, {**TREE, ".venv/x/__init__.py": "", "node_modules/y/__init__.py": ""})
    assert set(ImportRoots(tree).found()) == {"src", "src/google/cloud", "backend", "services/billing", "."}
