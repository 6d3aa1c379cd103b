"""The pages on configuration and sources hold what the code takes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from whose.config import ORDER, Place, read_config
from whose.errors import ConfigurationError

DOCS = Path(__file__).parent.parent / "docs"
BLOCKS = [
    (page.name, block)
    for page in [DOCS / "configuration.md", *sorted(DOCS.glob("sources/*.md")), DOCS / "reference/paths.md"]
    for block in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
]


@pytest.mark.parametrize(("page", "block"), BLOCKS, ids=[page for page, _ in BLOCKS])
def test_what_a_page_shows_is_a_valid_configuration(page: str, block: str) -> None:
    values = tomllib.loads(block)
    values = values.get("tool", {}).get("whose", values)
    assert read_config([Place(page, values)], known_sinks=("newrelic",)).root is not None


def test_every_key_is_on_the_page_and_in_its_example() -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_config([Place("config", {"~": 0})], known_sinks=())
    keys = set(raised.value.problems[0].mend.removeprefix("known here: ").split(", "))
    shown = set(tomllib.loads(BLOCKS[0][1]))
    assert keys == shown


def test_the_order_of_sources_is_on_the_page() -> None:
    page = (DOCS / "configuration.md").read_text("utf-8")
    emitted = re.findall(r"^\| \d+ \|.*\| `(\w+)` \|$", page, re.MULTILINE)
    assert tuple(emitted) == (*ORDER, "default")
