"""What code declares of itself, running or not."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from whose.sources.declared_by_module import declared_by_modules
from whose.sources.declared_in_source import declarations_in
from whose.sources.team_comment import team_comment


def test_declarations_are_found_by_the_name_of_what_they_stand_on() -> None:
    found = declarations_in(
        dedent(
            """
            import whose
            from whose import owned_by
            __code_owner__: str = "team-red"

            @owned_by("team-blue")
            async def refund(): ...

            @whose.owned_by("team-green")
            class Cart:
                @other
                @owned_by("team-blue")
                def add(self): ...
                class Meta:
                    __code_owner__ = "team-x"

            def plain():
                with owned_by("team-y"): ...
            """
        ),
        file="shop/cart.py",
    )
    assert {name: (rule.team, rule.line) for name, rule in found.items()} == {
        "": ("team-red", 4),
        "refund": ("team-blue", 6),
        "Cart": ("team-green", 9),
        "Cart.add": ("team-blue", 12),
        "Cart.Meta": ("team-x", 15),
    }


@pytest.mark.parametrize(
    "text",
    [
        "__code_owner__ = compute()",
        "__code_owner__ = ''",
        "x = '__code_owner__ = 1'",
        "@owned_by\ndef f(): ...",
        "@owned_by(TEAM)\ndef f(): ...",
        "__code_owner__ = 'a' (",
        "__code_owner__ = 'a'\n\0",
        "__code_owner__ = " + "(" * 10_000,
    ],
)
def test_what_is_not_said_plainly_declares_nothing(text: str) -> None:
    assert declarations_in(text, file="x.py") == {}


@pytest.mark.parametrize(
    ("text", "team", "line"),
    [
        ("# @team team-red\n", "team-red", 1),
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n#@team  My Team  \n", "My Team", 4),
        ("\n" * 19 + "# @team late\n", "late", 20),
    ],
)
def test_a_comment_in_the_first_lines_names_the_team(text: str, team: str, line: int) -> None:
    rule = team_comment(text, file="x.py")
    assert rule is not None
    assert (rule.team, rule.line, rule.source) == (team, line, "declared")


@pytest.mark.parametrize("text", ["", "x = 1 # @team red", "# @teams red", "# @team", "\n" * 20 + "# @team late\n"])
def test_other_comments_name_nobody(text: str) -> None:
    assert team_comment(text, file="x.py") is None


def test_a_package_that_is_imported_covers_what_is_below_and_the_innermost_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "__init__.py"
    file.write_text("import x\n\n__code_owner__ = 'team-red'\n")
    for name, team in {"shop": "team-red", "shop.cart": None, "shop.cart.views": "team-blue", "shop.odd": 7}.items():
        module = ModuleType(name)
        if team is not None:
            vars(module)["__code_owner__"] = team
        module.__file__ = str(file)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "shop.lazy", object())
    monkeypatch.chdir(tmp_path)
    found = {
        name: rule.team if (rule := declared_by_modules(name)) is not None else None
        for name in ("shop.cart.forms.Form", "shop.cart.views.add", "shop.odd", "shop.lazy", "other", "")
    }
    assert found == {
        "shop.cart.forms.Form": "team-red",
        "shop.cart.views.add": "team-blue",
        "shop.odd": "team-red",
        "shop.lazy": "team-red",
        "other": None,
        "": None,
    }
    rule = declared_by_modules("shop")
    assert rule is not None
    assert rule.place == "__init__.py:3"
