"""From a module to its path in the repository, in all the ways in which production differs from it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trees import write_tree
from whose.config import Root
from whose.resolver.locations import Locations

TREE = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "",
    "src/shop/pages/__init__.py": "",
    "lib/shop_tools.py": "",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "repository", TREE)


@pytest.fixture(autouse=True)
def _clean_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = dict(sys.modules)
    yield
    for name in set(sys.modules) - set(before):
        if name.partition(".")[0] in ("shop", "shop_tools", "spaced"):
            del sys.modules[name]


def imported(folder: Path, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(folder))
    __import__(module)


def test_a_module_in_the_repository_has_its_path_there(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(repository / "src", "shop.cart", monkeypatch)
    locations = Locations(repository)
    assert locations.of_module("shop.cart").paths == ("src/shop/cart.py",)
    assert locations.of_module("shop").paths == ("src/shop/__init__.py",)


def test_a_name_inside_a_module_has_the_path_of_the_module(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(repository / "src", "shop.cart", monkeypatch)
    assert Locations(repository).of_module("shop.cart.Cart.add").paths == ("src/shop/cart.py",)


def test_a_module_that_is_not_imported_is_found_beside_its_package(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(repository / "src", "shop", monkeypatch)
    locations = Locations(repository)
    assert locations.of_module("shop.cart.add").paths == ("src/shop/cart.py",)
    assert locations.of_module("shop.pages.about").paths == ("src/shop/pages/__init__.py",)
    assert "shop.cart" not in sys.modules


def test_a_module_that_nothing_imported_is_found_below_the_import_roots(repository: Path) -> None:
    assert Locations(repository).of_module("shop.cart.add").paths == ("src/shop/cart.py",)
    assert Locations(repository).of_module("shop_tools").paths == ()
    assert Locations(repository, [Root("lib")]).of_module("shop_tools").paths == ("lib/shop_tools.py",)


@pytest.mark.parametrize("name", ["", "..", "/etc/passwd", "../../etc.passwd", "shop./cart", "shop.\0", "a b"])
def test_what_is_no_dotted_name_is_nowhere(repository: Path, name: str) -> None:
    assert Locations(repository).of_module(name).paths == ()


def test_a_wheel_in_site_packages_is_told_by_the_file_of_the_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = write_tree(tmp_path / "venv/lib/python3/site-packages", {"shop/__init__.py": "", "shop/cart.py": ""})
    imported(site, "shop.cart", monkeypatch)
    location = Locations(repository).of_module("shop.cart")
    assert (location.paths, location.file) == (("src/shop/cart.py",), str(repository / "src/shop/cart.py"))


def test_a_virtual_environment_inside_the_repository_is_not_the_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = write_tree(repository / ".venv/lib/python3/site-packages", {"shop/__init__.py": "", "spaced.py": ""})
    imported(site, "shop", monkeypatch)
    imported(site, "spaced", monkeypatch)
    assert Locations(repository).of_module("shop").paths == ("src/shop/__init__.py",)
    assert Locations(repository).of_module("spaced").paths == ()


def test_two_files_that_could_be_meant_are_both_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(repository, {"shop/__init__.py": "", "shop/cart.py": ""})
    site = write_tree(tmp_path / "site-packages", {"shop/__init__.py": "", "shop/cart.py": ""})
    imported(site, "shop.cart", monkeypatch)
    assert Locations(repository).of_module("shop.cart").paths == ("shop/cart.py", "src/shop/cart.py")


def test_a_folder_of_production_is_told_by_its_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = write_tree(tmp_path / "app", {"shop/__init__.py": "", "shop/cart.py": ""})
    imported(app, "shop.cart", monkeypatch)
    assert Locations(app, [Root("src", deployed=str(app))]).of_module("shop.cart").paths == ("src/shop/cart.py",)


def test_a_package_is_told_by_its_root_wherever_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = write_tree(tmp_path / "site-packages", {"shop/__init__.py": "", "shop/cart.py": "", "shop_tools.py": ""})
    for module in ("shop.cart", "shop_tools"):
        imported(site, module, monkeypatch)
    roots = [Root("services/shop/src/shop", package="shop"), Root("tools", package="shop_tools")]
    locations = Locations(None, roots)
    assert locations.of_module("shop").paths == ("services/shop/src/shop/__init__.py",)
    assert locations.of_module("shop.cart").paths == ("services/shop/src/shop/cart.py",)
    assert locations.of_module("shop_tools").paths == ("tools/shop_tools.py",)


def test_an_archive_is_told_by_the_file_of_the_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = repository / "app.pyz"
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in ("shop/__init__.py", "shop/cart.py"):
            zipped.writestr(name, "")
    imported(archive, "shop.cart", monkeypatch)
    assert Locations(repository).of_module("shop.cart").paths == ("src/shop/cart.py",)


def test_a_namespace_package_has_no_file_but_its_modules_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = write_tree(tmp_path, {"one/spaced/a.py": "", "two/spaced/b.py": ""})
    monkeypatch.syspath_prepend(str(tree / "two"))
    imported(tree / "one", "spaced.a", monkeypatch)
    locations = Locations(tree)
    assert locations.of_module("spaced").paths == ()
    assert locations.of_module("spaced.a").paths == ("one/spaced/a.py",)
    assert locations.of_module("spaced.b").paths == ("two/spaced/b.py",)


def test_a_name_that_looks_like_a_path_leads_nowhere_else(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"elsewhere.py": ""})
    imported(repository / "src", "shop", monkeypatch)
    found = Locations(repository).of_module(f"shop.{tmp_path}/elsewhere")
    assert found.file == str(repository / "src/shop/__init__.py")


def test_a_folder_that_is_linked_means_the_folder_that_it_leads_to(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "current").symlink_to(repository / "lib", target_is_directory=True)
    imported(tmp_path / "current", "shop_tools", monkeypatch)
    assert Locations(repository).of_module("shop_tools").paths == ("lib/shop_tools.py",)


def test_a_link_to_a_file_of_the_repository_means_that_file(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = tmp_path / "current"
    current.symlink_to(repository / "src", target_is_directory=True)
    imported(current, "shop.cart", monkeypatch)
    assert Locations(repository).of_module("shop.cart").paths == ("src/shop/cart.py",)
    linked = tmp_path / "linked"
    linked.symlink_to(repository, target_is_directory=True)
    assert Locations(linked).of_module("shop.cart").paths == ("src/shop/cart.py",)


def test_a_tree_of_links_to_files_elsewhere_keeps_its_own_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = write_tree(tmp_path / "store", {"abc-cart.py": ""})
    tree = write_tree(tmp_path / "tree", {"src/shop/__init__.py": ""})
    (tree / "src/shop/cart.py").symlink_to(store / "abc-cart.py")
    imported(tree / "src", "shop.cart", monkeypatch)
    assert Locations(tree).of_module("shop.cart").paths == ("src/shop/cart.py",)


def test_the_standard_library_is_never_a_file_of_the_repository(repository: Path) -> None:
    write_tree(repository, {"json/__init__.py": "", "src/queue.py": ""})
    assert Locations(repository).of_module("json").paths == ()
    assert Locations(repository).of_module("queue").paths == ()
    assert Locations(repository).of_module("sys").paths == ()


def test_a_program_that_is_run_as_a_module_or_as_a_file_has_its_path(repository: Path) -> None:
    program = "from whose.resolver.locations import Locations; from pathlib import Path; import sys\n"
    program += f"print(*Locations(Path({str(repository)!r})).of_module('__main__').paths)"
    write_tree(repository, {"src/shop/__main__.py": program})
    environment = {**os.environ, "PYTHONPATH": str(repository / "src")}
    for arguments in (["-m", "shop"], [str(repository / "src/shop/__main__.py")]):
        done = subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True, text=True)
        assert done.stdout.strip() == "src/shop/__main__.py"
