"""Which modules belong to an installed distribution."""

from __future__ import annotations

from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from tests.trees import write_tree
from whose.model import Rule, SourceName, TeamName
from whose.sources.packages import package_prefixes, prefixes_of


def installed(site: Path, name: str, *, record: str = "", **files: str) -> Distribution:
    """Return a distribution as an installer would leave it in a folder."""
    folder = f"{name}-1.0.dist-info"
    write_tree(site, {f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"})
    write_tree(site, {f"{folder}/{file}": text for file, text in {"RECORD": record, **files}.items()})
    return Distribution.at(site / folder)


@pytest.mark.parametrize(
    ("files", "prefixes"),
    [
        ("shop/__init__.py shop/cart/__init__.py shop/cart/views.py shop/data.json", ["shop"]),
        ("six.py __pycache__/six.cpython-311.pyc", ["six"]),
        ("google/cloud/storage/__init__.py google/cloud/storage/blob.py", ["google.cloud.storage"]),
        ("google/api/a_pb2.py google/api/b_pb2.py", ["google.api.a_pb2", "google.api.b_pb2"]),
        ("_yaml/__init__.py yaml/__init__.py yaml/_yaml.cpython-311-x86_64-linux-gnu.so", ["_yaml", "yaml"]),
        ("fast.cpython-311-x86_64-linux-gnu.so slow.abi3.so old.pyd", ["fast", "slow", "old"]),
        ("../../../bin/shop shop-1.0.dist-info/RECORD shop-1.0.data/scripts/run.py", []),
        ("shop/templates/shop/page.html", []),
        ("shop/not-a-module/x.py shop/__init__.py", ["shop"]),
    ],
)
def test_a_distribution_owns_its_topmost_packages(tmp_path: Path, files: str, prefixes: list[str]) -> None:
    record = "".join(f"{file},sha256=x,1\n" for file in files.split())
    assert list(prefixes_of(installed(tmp_path, "anything", record=record))) == prefixes


def test_an_editable_install_owns_the_packages_in_its_folder(tmp_path: Path) -> None:
    source = write_tree(tmp_path / "checkout", {"src/shop/__init__.py": "", "src/shop_tools.py": "", "tests/x.py": ""})
    site = write_tree(tmp_path / "site", {"_shop.pth": f"{source / 'src'}\n"})
    found = prefixes_of(installed(site, "shop", record="_shop.pth,sha256=x,1\nshop-1.0.dist-info/METADATA,,\n"))
    assert set(found) == {"shop", "shop_tools"}


def test_where_no_file_list_tells_top_level_txt_does(tmp_path: Path) -> None:
    assert prefixes_of(installed(tmp_path, "shop", **{"top_level.txt": "shop\nshop_tools\n"})) == ("shop", "shop_tools")


def rule(name: str) -> Rule:
    return Rule(SourceName("packages"), name, TeamName("red"), file="whose.toml", line=3)


@pytest.mark.parametrize("name", ["djangorestframework", "DjangoRestFramework"])
def test_a_distribution_is_found_however_it_is_spelt(name: str) -> None:
    table, missing = package_prefixes([rule(name)])
    assert (list(table), missing) == (["rest_framework"], [])


def test_a_distribution_is_found_by_the_repository_that_publishes_it() -> None:
    home = next(
        line.rpartition(" ")[2]
        for line in str(distribution("celery").metadata).splitlines()
        if line.startswith("Project-URL:") and "github.com" in line
    )
    assert list(package_prefixes([rule(f"{home}.git")])[0]) == ["celery"]
    assert list(package_prefixes([rule("https://github.com/nobody/celery")])[0]) == ["celery"]


def test_what_is_not_installed_is_told_and_no_mistake() -> None:
    table, (problem,) = package_prefixes([rule("no-such-distribution")])
    assert not table
    assert str(problem).startswith("whose.toml:3: the distribution 'no-such-distribution' is not installed here; ")
