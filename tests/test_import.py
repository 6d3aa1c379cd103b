"""What an import of whose loads, and the names that it offers."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import whose

PUBLIC = [
    "install", "uninstall", "owner_of", "current", "attributing", "owned_by", "set_code_owner_attribute",
    "set_code_owner_attribute_from_module", "get_code_owner_from_module", "stats", "attributes", "transparent",
    "inherits_owner", "owned_by_argument",
]  # fmt: skip


def loaded_by(statement: str) -> set[str]:
    """Return the top-level names that a fresh interpreter loads for a statement and did not load before it."""
    program = f"""
import sys
before = set(sys.modules)
{statement}
import json
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})))
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("statement", ["import whose", "import whose.testing", "import whose; whose.owner_of('a.b')"])
def test_importing_loads_the_standard_library_alone(statement: str) -> None:
    third_party = loaded_by(statement) - set(sys.stdlib_module_names) - {"whose"}
    # The name of the standard library's own build data has the platform in it (Lib/sysconfig.py).
    third_party = {name for name in third_party if not name.startswith("_sysconfigdata_")}
    assert third_party == set()


def test_the_check_above_would_see_a_third_party_import() -> None:
    assert "celery" in loaded_by("import whose, celery")


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_are_there(name: str) -> None:
    assert callable(getattr(whose, name))
    assert name in whose.__all__


def test_every_public_name_says_what_it_does() -> None:
    silent = [name for name in whose.__all__ if not getattr(whose, name).__doc__]
    assert silent == []
